package dev.coppice.bench.decode;

/**
 * Names what is measured.
 *
 * @param shared tokens of the prefix, at least 1.
 * @param fresh new tokens per branch, at least 1.
 * @param batch number of branches, at least 1.
 * @param layout of the branches.
 */
public record BenchCell(int shared, int fresh, int batch, BenchLayout layout) {
  /** Checks the sizes. */
  public BenchCell {
    if (shared < 1 || fresh < 1 || batch < 1) {
      throw new IllegalArgumentException(
          "sizes must be at least 1: shared=%d new=%d batch=%d".formatted(shared, fresh, batch));
    }
    if (batch > 4096 || shared > 1 << 20 || fresh > 1 << 20) {
      throw new IllegalArgumentException(
          "sizes are limited to 1048576 tokens and 4096 branches: shared=%d new=%d batch=%d"
              .formatted(shared, fresh, batch));
    }
  }

  /**
   * Names branches of one prefix with nothing of their own yet.
   *
   * @param shared tokens of the prefix.
   * @param fresh new tokens per branch.
   * @param batch number of branches.
   */
  public BenchCell(final int shared, final int fresh, final int batch) {
    this(shared, fresh, batch, BenchLayout.FLAT);
  }

  /** Returns the same cell in another layout. */
  BenchCell in(final BenchLayout other) {
    return new BenchCell(shared, fresh, batch, other);
  }

  /** Returns the positions a branch may reach. */
  int contextTokens() {
    return shared + fresh + layout.longestSuffix();
  }
}
