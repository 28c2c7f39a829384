package dev.coppice.environments.toolworld;

import dev.coppice.draw.CounterRandom;
import dev.coppice.environments.canonical.StateDigest;
import dev.coppice.episode.Observation;
import dev.coppice.episode.ToolFailedException;
import dev.coppice.trajectory.Task;
import dev.coppice.trajectory.Task.RuntimeContract;
import dev.coppice.trajectory.ToolCall;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Holds what all branches of one episode share, and makes instances of its world.
 *
 * @thread any.
 */
final class EpisodeContext {
  private static final int HEXADECIMAL = 16;
  private static final int MAX_REMEMBERED = 1 << 16;

  private final WorldEnvironment environment;
  private final Task task;
  private final long seed;
  private final Map<String, Kept> remembered;
  private String initialDigest;

  EpisodeContext(final WorldEnvironment environment, final Task task, final long seed) {
    this.environment = environment;
    this.task = task;
    this.seed = seed;
    this.remembered = environment.keepsResults() ? new ConcurrentHashMap<>() : null;
  }

  WorldEnvironment environment() {
    return environment;
  }

  Task task() {
    return task;
  }

  RuntimeContract contract() {
    return task.contract();
  }

  String initialDigest() {
    return initialDigest;
  }

  /** Opens an instance in the initial state. */
  ToolWorld begin() throws Exception {
    final ToolWorld world = environment.taskset().open();
    try {
      world.reset(task, seed);
      if (initialDigest == null) {
        initialDigest = world.digest();
      }
      environment.tally().started.increment();
      return world;
    } catch (final Exception | Error e) {
      world.close();
      throw e;
    }
  }

  /** Opens an instance and makes the calls that lead to a state again. */
  ToolWorld replayed(final Writes writes, final String digest) throws Exception {
    final ToolWorld world = begin();
    try {
      final ToolRequest[] requests = Writes.inOrder(writes);
      for (final ToolRequest request : requests) {
        world.call(request);
      }
      if (requests.length > 0) {
        environment.tally().replayed.increment();
        environment.tally().replayedCalls.add(requests.length);
      }
      if (!world.digest().equals(digest)) {
        environment.tally().mismatches.increment();
        throw new ToolFailedException(
            ToolCall.Status.THREW,
            "replay_mismatch",
            "the world's "
                + requests.length
                + " WRITE calls led to another state the second time: task="
                + task.id()
                + " digest="
                + digest
                + " now="
                + world.digest(),
            Observation.Source.REAL);
      }
      return world;
    } catch (final Exception | Error e) {
      world.close();
      throw e;
    }
  }

  /** Makes the seed of a call: equal calls in equal states of one episode draw equal numbers. */
  long seedOf(final String key) {
    return CounterRandom.mix(seed, Long.parseUnsignedLong(StateDigest.of(key), HEXADECIMAL));
  }

  /** Finds what a sibling was answered in the same state, where a world would not repeat itself. */
  ToolResult remembered(final String key) {
    final Kept kept = remembered == null ? null : remembered.get(key);
    if (kept == null) {
      return null;
    }
    environment.tally().shared.increment();
    environment.tally().sharedNs.add(kept.tookNs());
    return kept.result();
  }

  /** Remembers an answer, or returns the one a sibling brought first. */
  ToolResult remember(final String key, final ToolResult result, final long tookNs) {
    if (remembered == null || remembered.size() >= MAX_REMEMBERED) {
      return result;
    }
    final Kept first = remembered.putIfAbsent(key, new Kept(result, tookNs));
    return first == null ? result : first.result();
  }

  /** Keeps a result, and how long the tool took, which whoever is given it is spared. */
  private record Kept(ToolResult result, long tookNs) {}

  /**
   * Links the WRITE calls of a branch, latest first; branches share what they wrote together.
   *
   * @param request that was made.
   * @param earlier calls, or null.
   */
  record Writes(ToolRequest request, Writes earlier) {
    static ToolRequest[] inOrder(final Writes latest) {
      int count = 0;
      for (Writes writes = latest; writes != null; writes = writes.earlier) {
        count++;
      }
      final ToolRequest[] requests = new ToolRequest[count];
      for (Writes writes = latest; writes != null; writes = writes.earlier) {
        requests[--count] = writes.request;
      }
      return requests;
    }
  }
}
