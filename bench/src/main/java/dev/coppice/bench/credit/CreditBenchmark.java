package dev.coppice.bench.credit;

import dev.coppice.credit.AdvantageEstimator;
import dev.coppice.credit.Estimators;
import dev.coppice.credit.GroupAdvantages;
import dev.coppice.trajectory.TrajectoryGroup;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Measures how many sampled tokens per second get their advantage on one core.
 *
 * <p>One operation lays out a group of 4 trees (5 turns, 16 leaves each), scores it and writes out
 * one float per sampled token. The counter {@code tokens} is the rate. With {@code -prof gc}, the
 * bytes per operation do not grow with the tokens per node: nothing is allocated per token.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class CreditBenchmark {
  /** Holds one group, its estimator and the array written to. */
  @State(Scope.Thread)
  public static class Work {
    /** Estimators of whole trajectories, then those of nodes. */
    @Param({
      "grpo",
      "rloo",
      "dr-grpo",
      "tree-grpo",
      "arpo",
      "treepo",
      "treerl",
      "spo-tree",
      "spo-chain",
      "vineppo",
      "gigpo",
      "at2po",
      "toolpo",
      "coppice"
    })
    public String estimator;

    /** Sampled tokens per action node. */
    @Param({"32", "256"})
    public int tokensPerNode;

    private TrajectoryGroup group;
    private AdvantageEstimator made;
    private float[] out;

    /** Makes the group. */
    @Setup
    public void setUp() {
      group = CreditGroups.group(4, 5, tokensPerNode);
      made = Estimators.create(estimator, Map.of());
      out = new float[CreditGroups.sampledTokens(group)];
    }
  }

  /** Counts tokens for the rate. */
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.OPERATIONS)
  public static class Counter {
    /** Sampled tokens written. */
    public long tokens;
  }

  /**
   * Scores a group and writes out its tokens.
   *
   * @param work to do.
   * @param counter of tokens.
   * @return the tokens' advantages.
   */
  @Benchmark
  public float[] scoreGroup(final Work work, final Counter counter) {
    final GroupAdvantages advantages = work.made.estimate(work.group);
    int at = 0;
    for (int t = 0; t < work.group.trees().size(); t++) {
      final TrajectoryTree tree = work.group.trees().get(t);
      for (int n = 0; n < tree.nodes().size(); n++) {
        at += advantages.copyNodeAdvantages(t, n, work.out, at);
      }
    }
    counter.tokens += at;
    return work.out;
  }
}
