package dev.coppice.app.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class TerminalProgressTest {
  private static final Pattern RATE = Pattern.compile("  ([0-9,]+)/s");

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final TerminalProgress progress =
      new TerminalProgress(new PrintStream(bytes, true, StandardCharsets.UTF_8), false);

  private List<String> lines() {
    return bytes.toString(StandardCharsets.UTF_8).lines().toList();
  }

  private static long rate(final String line) {
    final Matcher rate = RATE.matcher(line);
    assertTrue(rate.find(), line);
    return Long.parseLong(rate.group(1).replace(",", ""));
  }

  @Test
  void shouldCountTheTokensOfTheFirstGroupAndEndWithOneLine() {
    progress.onArm("chain", "chain", 0, 1);
    progress.onGroup(1, 4_000, 0.5);
    progress.onArmDone();

    assertEquals(2, lines().size(), lines().toString());
    assertTrue(lines().getLast().startsWith("chain: 1/1 groups  4,000 tokens"), lines().toString());
    assertTrue(rate(lines().getLast()) > 0, lines().toString());
  }

  @Test
  void shouldTellNoTimeLeftOnceItIsDoneWhateverWasDropped() {
    progress.onArm("tree", "fixed", 0, 200);
    progress.onGroup(3, 4_000, Double.NaN);
    progress.onArmDone();

    assertTrue(lines().getLast().startsWith("tree (fixed): 3/200 groups"), lines().toString());
    assertFalse(lines().getLast().contains("left"), lines().toString());
  }

  @Test
  void shouldNotCountWhatAnEarlierProcessComputed() {
    progress.onArm("chain", "chain", 5, 6);
    progress.onGroup(6, 1_000_000_000, 1.0);
    progress.onArmDone();

    assertEquals(0, rate(lines().getLast()), lines().toString());
  }
}
