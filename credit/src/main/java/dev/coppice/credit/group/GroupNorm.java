package dev.coppice.credit.group;

import dev.coppice.credit.forest.Moments;

/** Normalises a run of leaf values in place, as GRPO does; unscored leaves stay {@code NaN}. */
final class GroupNorm {
  static final double EPS = 1e-6;

  private GroupNorm() {}

  static void apply(
      final double[] value,
      final double[] draws,
      final int from,
      final int to,
      final boolean divides,
      final boolean singletonReward) {
    final Moments moments = Moments.of(value, draws, from, to);
    final boolean single = moments.count() == 1;
    final double mean = single && singletonReward ? 0.0 : moments.mean();
    final double scale = divides ? (single ? 1.0 : moments.std(1)) + EPS : 1.0;
    for (int i = from; i < to; i++) {
      value[i] = (value[i] - mean) / scale;
    }
  }
}
