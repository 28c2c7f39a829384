package dev.coppice.bench.soak;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Runs the soak for seconds: trees on the real decoder, in a pool so small that blocks are evicted and
 * branches preempted, compared bit for bit with cold backends.
 */
class SoakTest {
  @Test
  void shouldKeepEveryBitUnderEvictionPreemptionAndChangesOfWeights() throws Exception {
    final ByteArrayOutputStream text = new ByteArrayOutputStream();
    final SoakOptions options =
        new SoakOptions(24, 4, 100, new SoakOptions.Backend(2, List.of("f32", "bf16"), "tiny"), 11);

    final boolean right = new Soak(options, new PrintStream(text, true)).run();

    final String lines = text.toString(StandardCharsets.UTF_8);
    System.out.print(lines);
    assertTrue(right, lines);
    final String last = lines.substring(lines.indexOf("passed: "));
    for (final String what :
        List.of("decoded", "forks", "evicted", "recomputed", "swaps", "exact_tokens")) {
      final Matcher count = Pattern.compile(" " + what + "=(\\d+)").matcher(last);
      assertTrue(count.find() && Long.parseLong(count.group(1)) > 0, what + ": " + last);
    }
  }
}
