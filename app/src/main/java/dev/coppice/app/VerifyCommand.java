package dev.coppice.app;

import dev.coppice.app.arguments.PlugPath;
import dev.coppice.app.experiment.ExperimentCheck;
import dev.coppice.app.folder.RunFolder;
import dev.coppice.app.verify.RunVerifier;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Derives a run folder's claims again. */
@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    description =
        "Derives every count, figure and advantage again, replays the journal, has calls made and"
            + " answers scored again where the world allows it, and says what differs.")
final class VerifyCommand implements Callable<Integer> {
  @Mixin private PlugPath plugs;

  @Parameters(paramLabel = "DIR", description = "Folder of a run or of an experiment.")
  private Path folder;

  @Override
  public Integer call() {
    plugs.install();
    final RunVerifier.Verdict verdict =
        ExperimentCheck.isExperiment(folder)
            ? new ExperimentCheck(folder).verify()
            : new RunVerifier(RunFolder.find(folder)).verify();
    System.out.printf("%d groups, %d trees checked%n", verdict.groups(), verdict.trees());
    if (verdict.tornBytes() > 0) {
      System.out.printf(
          "%d bytes of an unfinished group at the end; --resume cuts them%n", verdict.tornBytes());
    }
    verdict.unchecked().forEach(what -> System.out.println("not checked: " + what));
    verdict.differences().forEach(System.out::println);
    System.out.println(verdict.differences().isEmpty() ? "nothing differs" : "the folder differs");
    return verdict.differences().isEmpty() ? CoppiceCommand.DONE : CoppiceCommand.FAILED;
  }
}
