package dev.coppice.credit.tree;

import dev.coppice.credit.forest.Forest;
import dev.coppice.credit.forest.SubtreeValues;

/**
 * Compares every subtree with its siblings and with the rest of the group, leaving itself out.
 *
 * <p>With weights w (1 per child by path, the number of leaves uniformly), {@code V(n) - V(others)
 * = (V(n) - V(parent)) * w(parent) / (w(parent) - w(n))}: differences only, so equal rewards give
 * exactly 0. A group that is one subtree of its prompt has no rest: there global is local.
 */
final class SubtreeContrast {
  private final SubtreeValues values;
  private final double[] local;
  private final double[] global;

  SubtreeContrast(final Forest forest, final SubtreeValues values, final boolean byPath) {
    this.values = values;
    final int stem = forest.stem();
    local = new double[stem + 1];
    global = new double[stem + 1];
    final boolean lonely = values.branches(stem) < 2;
    for (int i = 0; i < stem; i++) {
      final int above = forest.up(i);
      if (forest.isPrompt(i)) {
        continue;
      }
      if (values.count(i) == 0) {
        local[i] = Double.NaN;
        global[i] = Double.NaN;
        continue;
      }
      final double step = values.value(i) - values.value(above);
      final double all = byPath ? values.branches(above) : values.count(above);
      final double others = all - (byPath ? 1 : values.count(i));
      local[i] = others > 0 ? step * all / others : step + local[above];
      global[i] = lonely || above == stem ? local[i] : step + global[above];
    }
  }

  SubtreeValues values() {
    return values;
  }

  double local(final int node) {
    return local[node];
  }

  double global(final int node) {
    return global[node];
  }
}
