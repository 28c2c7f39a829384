package dev.coppice.engine;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the JCStress tests of what threads share, in a process of their own. */
final class StressTest {
  private static final String OPENED = "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED";

  /** The number of classes called something with Stress. */
  private static final int TESTS = 4;

  private static final Pattern ALL_PASSED =
      Pattern.compile("([0-9]+) planned; \\1 passed, 0 failed, 0 soft errs, 0 hard errs");

  @TempDir Path folder;

  @Test
  void shouldShareNothingWronglyBetweenThreadsInAFewSeconds() throws Exception {
    stress("-f", "1", "-iters", "1", "-time", "150", "-fsm", "1", "-sc", "false", "-af", "NONE");
  }

  @Test
  @Tag("slow")
  void shouldShareNothingWronglyBetweenThreadsInSomeMinutes() throws Exception {
    stress("-f", "2", "-iters", "5", "-time", "1000");
  }

  private void stress(final String... options) throws IOException, InterruptedException {
    Assumptions.assumeTrue(
        Runtime.getRuntime().availableProcessors() > 1, "threads cannot race on one processor");
    final Path log = folder.resolve("stress.log");
    final String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    final String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    final List<String> command = new java.util.ArrayList<>(List.of(java, "-cp", classPath));
    command.add(OPENED);
    command.add("org.openjdk.jcstress.Main");
    command.addAll(List.of("-t", "dev.coppice.engine", "-r", folder.resolve("report").toString()));
    command.addAll(List.of("-spinStyle", "THREAD_YIELD", "-jvmArgs", OPENED));
    command.addAll(List.of(options));
    final Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    final boolean ended = process.waitFor(10, TimeUnit.MINUTES);
    process.destroyForcibly();
    final String text = Files.readString(log, StandardCharsets.UTF_8);

    assertTrue(ended && process.exitValue() == 0, text);
    assertTrue(text.matches("(?s).*Failed tests:\\s+No matches\\..*"), text);
    assertTrue(text.matches("(?s).*Error tests:\\s+No matches\\..*"), text);
    final Matcher results = ALL_PASSED.matcher(text);
    int passed = 0;
    while (results.find()) {
      passed = Integer.parseInt(results.group(1));
    }
    assertTrue(passed >= TESTS, text);
  }
}
