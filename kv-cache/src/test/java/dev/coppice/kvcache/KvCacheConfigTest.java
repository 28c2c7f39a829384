package dev.coppice.kvcache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KvCacheConfigTest {
  @Test
  void shouldTakeTheSmallestCache() {
    final KvCacheConfig config = new KvCacheConfig(1, 1, 1, 1);

    assertEquals(1, config.blocks());
  }

  @ParameterizedTest
  @CsvSource({
    "12, 8, 1, 1, blockTokens=12",
    "0, 8, 1, 1, blockTokens=0",
    "-2147483648, 8, 1, 1, blockTokens=-2147483648",
    "16, 0, 1, 1, blocks=0",
    "16, 8, 0, 1, maxLeases=0",
    "16, 8, 1, -3, maxTokensPerLease=-3",
    "16, 200000000, 1, 1, blocks=200000000",
  })
  void shouldNameTheLimitThatIsOutOfRange(
      final int blockTokens,
      final int blocks,
      final int maxLeases,
      final int maxTokens,
      final String named) {
    final IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> new KvCacheConfig(blockTokens, blocks, maxLeases, maxTokens));

    assertTrue(e.getMessage().contains(named), e.getMessage());
  }
}
