package dev.coppice.episode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import org.junit.jupiter.api.Test;

final class ScoreTest {
  @Test
  void shouldRefuseWhatNoEstimatorCanComputeWith() {
    for (final double wrong : new double[] {1e308, -1e31, Double.POSITIVE_INFINITY}) {
      assertThrows(IllegalArgumentException.class, () -> new Score(wrong, Map.of(), null));
      assertThrows(IllegalArgumentException.class, () -> new Score(1, Map.of("part", wrong), null));
    }
    assertThrows(
        IllegalArgumentException.class, () -> new Score(1, Map.of("part", Double.NaN), null));
    assertEquals(-1e30, new Score(-1e30, Map.of("part", 0.5), null).reward());
  }
}
