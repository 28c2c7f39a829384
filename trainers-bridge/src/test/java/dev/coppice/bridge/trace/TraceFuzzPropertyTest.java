package dev.coppice.bridge.trace;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.bridge.fixture.RandomTrees;
import dev.coppice.trajectory.TrajectoryTree;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TraceFuzzPropertyTest {
  private static final int LINES = 200;
  private static final int MUTATIONS = 100;
  private static final String[] PIECES = {
    "null",
    "-1",
    "1e999",
    "NaN",
    "[]",
    "{}",
    "\"\"",
    "true",
    "99999999999999999999",
    "[[[[",
    "\\",
    ","
  };

  @Test
  void shouldReadOrRefuseAnyMutatedLineAndNothingElse() {
    int refused = 0;
    for (int seed = 0; seed < LINES; seed++) {
      final RandomTrees source = new RandomTrees(seed);
      final TrajectoryTree tree = source.tree("g1");
      final String line =
          new String(
              TraceWriter.line(tree, List.of(source.credit(tree))), StandardCharsets.US_ASCII);
      final Random random = new Random(seed);
      for (int i = 0; i < MUTATIONS; i++) {
        final String mutated = mutate(line, random);
        try {
          assertNotNull(TraceReader.parse(mutated).group());
        } catch (final TraceFormatException e) {
          assertTrue(e.getMessage().length() > 20, e.getMessage());
          refused++;
        }
      }
    }
    assertTrue(refused > LINES * MUTATIONS / 2, "refused=" + refused);
  }

  /** Replaces a run of characters, most often one whole number, with something else. */
  private static String mutate(final String line, final Random random) {
    final int start = random.nextInt(line.length());
    int end = start + 1;
    if (random.nextBoolean()) {
      while (end < line.length() && Character.isDigit(line.charAt(end))) {
        end++;
      }
    } else {
      end = Math.min(line.length(), start + random.nextInt(20));
    }
    return line.substring(0, start) + PIECES[random.nextInt(PIECES.length)] + line.substring(end);
  }
}
