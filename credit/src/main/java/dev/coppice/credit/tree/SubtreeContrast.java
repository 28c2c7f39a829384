package dev.coppice.credit.tree;

import dev.coppice.credit.forest.CopyMeans;
import dev.coppice.credit.forest.Forest;
import dev.coppice.credit.forest.SubtreeValues;

/**
 * Compares every subtree with its siblings and with the rest of the group, leaving itself out.
 *
 * <p>With weights w (1 per child by path, the number of leaves uniformly), {@code V(n) - V(others)
 * = (V(n) - V(parent)) * w(parent) / (w(parent) - w(n))}: differences only, so equal rewards give
 * exactly 0. One draw of a coalesced node is left out alone, with all leaves it has. A group that is
 * one subtree of its prompt has no rest: there global is local.
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
      if (forest.isPrompt(i) || !forest.isFork(i)) {
        continue;
      }
      if (values.count(i) == 0) {
        local[i] = Double.NaN;
        global[i] = Double.NaN;
        continue;
      }
      final int from = forest.segmentStart(i);
      final double step = values.value(i) - values.value(from);
      final double all = byPath ? values.branches(from) : values.count(from);
      final double others = all - (byPath ? 1 : (double) values.count(i) / values.copies(i));
      local[i] = others > 0 ? step * all / others : step + local[from];
      global[i] = lonely || from == stem ? local[i] : step + global[from];
    }
    final double[] copies = CopyMeans.counts(forest, values);
    CopyMeans.carryUp(forest, local, copies);
    CopyMeans.carryUp(forest, global, copies);
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
