package dev.coppice.bench.kvcache;

import dev.coppice.kvcache.PrefixCache;
import dev.coppice.kvcache.PrefixLease;
import dev.coppice.trajectory.TrajectoryNode;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Grows a finished tree again in a cache of its own: what was sampled comes token by token on all
 * open branches at once, what was given comes whole, and a branch that ends is closed.
 */
final class RegrownTree {
  private static final int BLOCKS = 1 << 16;
  private static final int BRANCHES = 4096;
  private static final int LONGEST = 1 << 15;

  private final TrajectoryTree tree;
  private final int blockTokens;
  private final PrefixCache cache;
  private final int[] covered;
  private List<Shoot> open = new ArrayList<>();

  /** A branch that grows: its lease, and how far it is in which node. */
  private static final class Shoot {
    private final PrefixLease lease;
    private int node;
    private int offset;

    Shoot(final PrefixLease lease, final int node) {
      this.lease = lease;
      this.node = node;
    }
  }

  /** Adds up what was held and what is ideal. */
  static final class Tally {
    private long held;
    private long ideal;
    private long heldAtMost;
    private long idealAtMost;
    private long leaves;
    private long leafTokens;

    String summary() {
      return "held over ideal %.3f, where most is held %.3f (%d leaves, %.0f tokens of its own each)"
          .formatted(
              (double) held / ideal,
              (double) heldAtMost / idealAtMost,
              leaves,
              (double) leafTokens / leaves);
    }
  }

  RegrownTree(final TrajectoryTree tree, final int blockTokens) {
    this.tree = tree;
    this.blockTokens = blockTokens;
    cache = CacheFixture.cache(blockTokens, BLOCKS, BRANCHES, LONGEST);
    covered = new int[tree.nodes().size()];
  }

  void grow(final Tally tally) {
    open.add(new Shoot(cache.acquire(CacheFixture.NAMESPACE, new int[0], 0, 0), 0));
    long most = 0;
    long idealThen = 0;
    while (!open.isEmpty()) {
      step();
      final long held = (long) cache.liveBlocks() * blockTokens;
      final long ideal = ideal();
      tally.held += held;
      tally.ideal += ideal;
      if (ideal > idealThen) {
        most = held;
        idealThen = ideal;
      }
    }
    tally.heldAtMost += most;
    tally.idealAtMost += idealThen;
    tally.leaves += tree.leaves().size();
    for (final TrajectoryNode node : tree.nodes()) {
      tally.leafTokens += node.id() == 0 ? 0 : node.length();
    }
  }

  private void step() {
    final List<Shoot> before = open;
    open = new ArrayList<>();
    for (final Shoot shoot : before) {
      if (shoot.offset < tree.node(shoot.node).length()) {
        append(shoot);
        open.add(shoot);
      } else {
        fork(shoot);
      }
    }
  }

  private void append(final Shoot shoot) {
    final TrajectoryNode node = tree.node(shoot.node);
    final int count = node.kind().isSampled() ? 1 : node.length();
    CacheFixture.append(shoot.lease, node.tokens(), shoot.offset, count);
    shoot.offset += count;
  }

  private void fork(final Shoot shoot) {
    boolean first = true;
    final List<Integer> children = new ArrayList<>();
    for (int id = shoot.node + 1; id < tree.subtreeEnd(shoot.node); id++) {
      if (tree.node(id).parent() == shoot.node) {
        children.add(id);
      }
    }
    for (final int child : children) {
      final Shoot grown = new Shoot(first ? shoot.lease : shoot.lease.fork(0), child);
      first = false;
      open.add(grown);
    }
    if (children.isEmpty()) {
      shoot.lease.close();
      return;
    }
    for (final Shoot grown : open.subList(open.size() - children.size(), open.size())) {
      if (tree.node(grown.node).length() > 0) {
        append(grown);
      }
    }
  }

  /** The distinct tokens of the open branches. */
  private long ideal() {
    Arrays.fill(covered, 0);
    for (final Shoot shoot : open) {
      covered[shoot.node] = Math.max(covered[shoot.node], shoot.offset);
      for (int id = tree.node(shoot.node).parent(); id >= 0; id = tree.node(id).parent()) {
        covered[id] = tree.node(id).length();
      }
    }
    long sum = 0;
    for (final int tokens : covered) {
      sum += tokens;
    }
    return sum;
  }
}
