package dev.coppice.app.outcome;

import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.LeafStatus;
import dev.coppice.trajectory.ToolCall;
import dev.coppice.trajectory.TrajectoryNode;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * Counts how trajectories ended and what their calls came to. Every draw of a path counts once.
 *
 * @thread one at a time.
 */
public final class Outcomes {
  private final Map<String, Long> statuses = new TreeMap<>();
  private final Map<String, Long> stops = new TreeMap<>();
  private final Map<String, Long> calls = new TreeMap<>();
  private final Map<String, Long> tools = new TreeMap<>();
  private final Map<String, Long> failures = new TreeMap<>();
  private final Map<String, Mean> components = new TreeMap<>();
  private final Mean sampled = new Mean();
  private final Mean context = new Mean();

  /** Makes an empty count. */
  public Outcomes() {}

  /**
   * Sums numbers up.
   *
   * @unit that of what is added.
   */
  public static final class Mean {
    private long count;
    private double sum;
    private double least = Double.POSITIVE_INFINITY;
    private double most = Double.NEGATIVE_INFINITY;

    private void add(final double value, final long times) {
      count += times;
      sum += value * times;
      least = Math.min(least, value);
      most = Math.max(most, value);
    }

    /**
     * Returns the mean.
     *
     * @return {@code NaN} of nothing.
     */
    public double mean() {
      return count == 0 ? Double.NaN : sum / count;
    }

    /**
     * Returns the least.
     *
     * @return infinity of nothing.
     */
    public double least() {
      return least;
    }

    /**
     * Returns the most.
     *
     * @return minus infinity of nothing.
     */
    public double most() {
      return most;
    }
  }

  /**
   * Adds a tree.
   *
   * @param tree finished.
   */
  public void add(final TrajectoryTree tree) {
    final int count = tree.nodes().size();
    final long[] sampledTo = new long[count];
    final long[] contextTo = new long[count];
    for (int id = 0; id < count; id++) {
      final TrajectoryNode node = tree.node(id);
      final int above = node.parent();
      sampledTo[id] =
          (above < 0 ? 0 : sampledTo[above]) + (node.kind().isSampled() ? node.length() : 0);
      contextTo[id] = (above < 0 ? 0 : contextTo[above]) + node.length();
    }
    for (final Leaf leaf : tree.leaves()) {
      statuses.merge(leaf.status().wireName(), (long) leaf.draws(), Long::sum);
      stops.merge(leaf.stop().wireName(), (long) leaf.draws(), Long::sum);
      if (leaf.failure() != null) {
        final String place = leaf.failure().boundary().wireName() + " " + leaf.failure().code();
        failures.merge(place, (long) leaf.draws(), Long::sum);
      }
      leaf.components()
          .forEach(
              (name, value) ->
                  components.computeIfAbsent(name, key -> new Mean()).add(value, leaf.draws()));
      sampled.add(sampledTo[leaf.node()], leaf.draws());
      context.add(contextTo[leaf.node()], leaf.draws());
    }
    for (final ToolCall call : tree.calls()) {
      final long draws = tree.node(call.node()).draws();
      calls.merge(call.status().wireName(), draws, Long::sum);
      tools.merge(call.tool(), draws, Long::sum);
    }
  }

  /**
   * Returns the trajectories that one of our limits ended.
   *
   * @return draws with the status {@code truncated}.
   */
  public long truncated() {
    return statuses.getOrDefault(LeafStatus.TRUNCATED.wireName(), 0L);
  }

  /**
   * Returns how many trajectories were added.
   *
   * @return draws.
   */
  public long draws() {
    return sampled.count;
  }

  /**
   * Returns the calls that did not come to a result.
   *
   * @return calls of any status but {@code ok}, times their draws.
   */
  public long callErrors() {
    return calls.values().stream().mapToLong(Long::longValue).sum()
        - calls.getOrDefault(ToolCall.Status.OK.wireName(), 0L);
  }

  /**
   * Returns the draws by status.
   *
   * @return by wire name.
   */
  public Map<String, Long> statuses() {
    return Collections.unmodifiableMap(statuses);
  }

  /**
   * Returns the draws by stop reason.
   *
   * @return by wire name.
   */
  public Map<String, Long> stops() {
    return Collections.unmodifiableMap(stops);
  }

  /**
   * Returns the calls by status.
   *
   * @return by wire name, times draws.
   */
  public Map<String, Long> calls() {
    return Collections.unmodifiableMap(calls);
  }

  /**
   * Returns the calls by tool.
   *
   * @return by name, as the model wrote it, times draws.
   */
  public Map<String, Long> tools() {
    return Collections.unmodifiableMap(tools);
  }

  /**
   * Returns the draws that failed.
   *
   * @return by boundary and code.
   */
  public Map<String, Long> failures() {
    return Collections.unmodifiableMap(failures);
  }

  /**
   * Returns the components of rewards.
   *
   * @return by name, over the draws that have them.
   */
  public Map<String, Mean> components() {
    return Collections.unmodifiableMap(components);
  }

  /**
   * Returns how long trajectories are.
   *
   * @return sampled tokens of a path.
   */
  public Mean sampled() {
    return sampled;
  }

  /**
   * Returns how long contexts are.
   *
   * @return tokens of a path, prompt and observations included.
   */
  public Mean context() {
    return context;
  }
}
