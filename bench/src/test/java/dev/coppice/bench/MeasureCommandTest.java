package dev.coppice.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MeasureCommandTest {
  @ParameterizedTest
  @CsvSource({
    "bridge-bench --per-second 0, --per-second must be at least 1",
    "bridge-bench --groups-per-segment 0, --groups-per-segment must be at least 1",
    "bridge-bench --message-mib -1, --message-mib must be at least 1",
    "bridge-bench --mib 0, --mib must be at least 1",
    "bridge-bench --rounds -1, --rounds must be at least 0",
    "credit-check nosuch --classpath no.jar, there is no such jar or folder",
    "credit-check nosuch --continuations 0, --continuations at least 1",
    "credit-check nosuch --groups -1, --groups and --gradients must not be negative"
  })
  void shouldRefuseWhatCannotBeMeasured(final String call, final String why) {
    final PrintStream err = System.err;
    final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      System.setErr(new PrintStream(bytes, true, StandardCharsets.UTF_8));
      assertEquals(2, MeasureCommand.commandLine().execute(call.split(" ")));
    } finally {
      System.setErr(err);
    }
    final String said = bytes.toString(StandardCharsets.UTF_8);
    assertTrue(said.contains(why), said);
    assertTrue(said.contains("[configuration-wrong]"), said);
  }
}
