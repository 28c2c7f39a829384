package dev.coppice.app.list;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Prints what a stranger compiles a plug against. */
@Command(
    name = "classpath",
    mixinStandardHelpOptions = true,
    description = {
      "Prints the class path Coppice runs on, to compile a plug against:",
      "javac -cp \"$(./coppice classpath)\" ... (docs/EXTENDING.md)."
    })
public final class ClasspathCommand implements Callable<Integer> {
  private static final int DONE = 0;

  /** Made by picocli. */
  public ClasspathCommand() {}

  @Override
  public Integer call() {
    System.out.println(System.getProperty("java.class.path"));
    return DONE;
  }
}
