package dev.coppice.app.run;

import dev.coppice.app.folder.ArmState;
import dev.coppice.engine.EngineStats;
import dev.coppice.model.ModelRunner;
import dev.coppice.rollout.TreeLedger;
import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.NodeKind;
import dev.coppice.trajectory.ToolCall;
import dev.coppice.trajectory.TrajectoryNode;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Sums what the writer kept in one session, to compare with what the engine counted.
 *
 * @thread the writer thread; read by others after it ended.
 */
public final class SessionSums {
  private static final double EXACT = 0;
  private static final double TIME = 1e-6;

  private long groups;
  private long dropped;
  private long prefilled;
  private long cached;
  private long decoded;
  private long discarded;
  private long recomputed;
  private long calls;
  private long blockNs;
  private long sampledInNodes;
  private long givenInNodes;
  private long cachedInNodes;
  private long closingInNodes;
  private long callsInTraces;
  private long callsOnPaths;

  void addGroup() {
    groups++;
  }

  /** Counts a group whose share of the budget was too small for a tree. */
  void addDropped() {
    dropped++;
  }

  long dropped() {
    return dropped;
  }

  void add(final TrajectoryTree tree, final TreeLedger ledger) {
    prefilled += ledger.prefilledTokens();
    cached += ledger.cachedTokens();
    decoded += ledger.decodedTokens();
    discarded += ledger.discardedTokens();
    recomputed += ledger.recomputedTokens();
    calls += ledger.toolCalls();
    blockNs += ledger.blockNs();
    callsInTraces += tree.calls().size();
    callsOnPaths += callsOnPaths(tree);
    for (final TrajectoryNode node : tree.nodes()) {
      if (node.kind().isSampled()) {
        sampledInNodes += node.length();
      } else if (node.kind() == NodeKind.PROMPT || node.kind() == NodeKind.OBSERVATION) {
        givenInNodes += node.length();
        cachedInNodes += node.cachedTokens();
        closingInNodes += tree.leafAt(node.id()) >= 0 ? node.length() : 0;
      }
    }
  }

  /** Counts the calls as chains would have made them: once for every draw of a path they lie on. */
  private static long callsOnPaths(final TrajectoryTree tree) {
    long count = 0;
    for (final ToolCall call : tree.calls()) {
      final int end = tree.subtreeEnd(call.node());
      for (final Leaf leaf : tree.leaves()) {
        count += call.node() <= leaf.node() && leaf.node() < end ? leaf.draws() : 0;
      }
    }
    return count;
  }

  /** Names the calls that were made, and how many there are on all paths together. */
  Map<String, Long> calls() {
    return Map.of("calls_executed", callsInTraces, "calls_on_paths", callsOnPaths);
  }

  long computed() {
    return prefilled + decoded + discarded;
  }

  /** States the laws of conservation of a session that ended by itself. */
  List<ArmState.Law> laws(final EngineStats stats, final long offered) {
    final List<ArmState.Law> laws = new ArrayList<>();
    laws.add(exact("groups offered = groups kept + dropped", offered, groups + dropped));
    laws.add(exact("prefilled tokens: engine = trees", stats.tokens().prefilled(), prefilled));
    laws.add(exact("sampled tokens: engine = trees", stats.tokens().decoded(), decoded));
    laws.add(exact("sampled tokens: trees = their nodes", decoded, sampledInNodes));
    laws.add(exact("discarded tokens: engine = trees", stats.tokens().discarded(), discarded));
    laws.add(exact("cached tokens: engine = trees", stats.tokens().cached(), cached));
    laws.add(
        exact(
            "queried = cached + prefilled",
            stats.tokens().cached() + stats.tokens().prefilled(),
            cached + prefilled));
    final long given = cachedInNodes + prefilled - recomputed;
    laws.add(
        exact(
            "given tokens: cached part + prefilled - recomputed = nodes, closing ones aside",
            given,
            Math.clamp(given, givenInNodes - closingInNodes, givenInNodes)));
    laws.add(exact("tool calls: trees = traces", calls, callsInTraces));
    laws.add(
        new ArmState.Law(
            "block time: pool = trees", stats.runner(ModelRunner.HELD_NS), blockNs, TIME));
    return laws;
  }

  private static ArmState.Law exact(final String name, final long left, final long right) {
    return new ArmState.Law(name, left, right, EXACT);
  }

  /**
   * Names the engine's counters.
   *
   * @param stats of the engine.
   * @return values by name, in a fixed order.
   */
  public static Map<String, Long> counters(final EngineStats stats) {
    final Map<String, Long> counters = new LinkedHashMap<>();
    counters.put("wall_ns", stats.wallNs());
    counters.put("forward_ns", stats.passes().computeNs());
    counters.put("sample_ns", stats.passes().drawNs());
    counters.put("idle_ns", stats.idleNs());
    counters.put("overhead_ns", stats.overheadNs());
    counters.put("forward_passes", stats.passes().count());
    counters.put("batch_rows", stats.passes().rows());
    counters.put("prefilled_tokens", stats.tokens().prefilled());
    counters.put("decoded_tokens", stats.tokens().decoded());
    counters.put("discarded_tokens", stats.tokens().discarded());
    counters.put("cached_tokens", stats.tokens().cached());
    counters.put("queried_tokens", stats.tokens().cached() + stats.tokens().prefilled());
    counters.put("forks", stats.forks());
    if (stats.tokens().overrun() > 0) {
      counters.put("overrun_tokens", stats.tokens().overrun());
    }
    // What the runner counted, under its own names: blocks_copied, preemptions, block_ns ...
    counters.putAll(new TreeMap<>(stats.runner()));
    return counters;
  }
}
