package dev.coppice.engine;

import dev.coppice.core.Event;
import dev.coppice.draw.CounterRandom;
import dev.coppice.episode.Environment;
import dev.coppice.episode.Episode;
import dev.coppice.episode.EpisodePlan;
import dev.coppice.episode.Observation;
import dev.coppice.episode.Score;
import dev.coppice.model.Tokenizer;
import dev.coppice.rollout.GroupRequest;
import dev.coppice.trajectory.RolloutFailure;
import dev.coppice.trajectory.StopReason;
import dev.coppice.trajectory.Task;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.agrona.collections.Int2ObjectHashMap;

/**
 * Turns requests into events by starting their episodes, and keeps the first world of each group.
 *
 * @thread the engine thread.
 */
final class Offers {
  private static final EpisodePlan NO_PLAN = new EpisodePlan(0, 1);

  /** A world may begin as slowly as this many calls. */
  private static final long DEADLINES = 10;

  private final Environment environment;
  private final Tokenizer tokenizer;
  private final int vocabularySize;
  private final long seed;
  private final long deadlineNs;
  private final Int2ObjectHashMap<Episode> worlds = new Int2ObjectHashMap<>();

  Offers(
      final Environment environment,
      final Tokenizer tokenizer,
      final int vocabularySize,
      final long seed,
      final long callDeadlineNs) {
    this.environment = environment;
    this.tokenizer = tokenizer;
    this.vocabularySize = vocabularySize;
    this.seed = seed;
    this.deadlineNs = Math.multiplyExact(DEADLINES, callDeadlineNs);
  }

  /** Starts an episode on a thread of its own: a world that hangs costs its group alone. */
  Event open(final GroupRequest request) {
    final Starting starting = new Starting(request);
    final Thread thread = Thread.ofVirtual().name("start-" + request.index()).start(starting::run);
    String reason;
    try {
      final Event.GroupOffered offer = starting.offer.get(deadlineNs, TimeUnit.NANOSECONDS);
      worlds.put(request.index(), starting.world);
      return offer;
    } catch (final ExecutionException e) {
      reason = e.getCause().toString();
    } catch (final TimeoutException e) {
      reason =
          "the world did not begin within "
              + TimeUnit.NANOSECONDS.toMillis(deadlineNs)
              + " ms, 10 x limits.call-deadline-ms";
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
      reason = "the engine is stopping";
    }
    thread.interrupt();
    // One that begins after all is closed then; where it has failed it closed itself.
    starting.offer.whenComplete((late, failure) -> starting.closeIf(late != null));
    worlds.put(request.index(), new BrokenWorld(reason));
    final RolloutFailure failure =
        new RolloutFailure(RolloutFailure.Boundary.ENVIRONMENT, "start_failed", reason);
    return new Event.GroupOffered(request, starting.task, new int[0], NO_PLAN, null, failure);
  }

  /** Begins one episode. */
  private final class Starting {
    private final GroupRequest request;
    private final CompletableFuture<Event.GroupOffered> offer = new CompletableFuture<>();
    private volatile Task task;
    private volatile Episode world;

    Starting(final GroupRequest request) {
      this.request = request;
      this.task = new Task(environment.name() + "/" + request.taskIndex(), "{}");
    }

    void run() {
      try {
        task = environment.task(request.taskIndex());
        world = environment.start(task, CounterRandom.mix(seed, request.index()));
        offer.complete(
            new Event.GroupOffered(
                request, task, prompt(world), world.plan(), world.digest(), null));
      } catch (final Throwable e) {
        // An error too: whoever waits for this thread must learn that it ended.
        closeIf(world != null);
        offer.completeExceptionally(e);
      }
    }

    void closeIf(final boolean begun) {
      if (begun) {
        closed(world);
      }
    }
  }

  /** A token that the model has no row for would stop every group of its batch. */
  private int[] prompt(final Episode world) {
    final int[] known = world.promptTokens();
    final int[] prompt = known == null ? tokenizer.encodePrompt(world.prompt()) : known;
    for (final int token : prompt) {
      if (token >= vocabularySize) {
        throw new IllegalArgumentException(
            "the prompt has a token that the model does not know: token="
                + token
                + " vocabulary="
                + vocabularySize);
      }
    }
    return prompt;
  }

  Episode world(final int group) {
    return worlds.get(group);
  }

  void close(final int group) {
    closed(worlds.remove(group));
  }

  void closeAll() {
    worlds.values().forEach(Offers::closed);
    worlds.clear();
  }

  /** Forks a world; one that cannot be forked is replaced by one that fails whatever is asked. */
  static Episode forked(final Episode world, final long noise) {
    try {
      return world.fork(noise);
    } catch (final RuntimeException e) {
      return new BrokenWorld("the world could not be forked: " + e);
    }
  }

  /** Closes a world; what goes wrong then concerns no trajectory any more. */
  static void closed(final Episode world) {
    try {
      world.close();
    } catch (final RuntimeException e) {
      // The branch has ended; there is nobody left to tell.
    }
  }

  /** Stands for a world that is not there; every call and every scoring fails with the reason. */
  private record BrokenWorld(String reason) implements Episode {
    @Override
    public String prompt() {
      return "";
    }

    @Override
    public EpisodePlan plan() {
      return NO_PLAN;
    }

    @Override
    public Observation call(final String text) {
      throw new IllegalStateException(reason);
    }

    @Override
    public Score finish(final String answer) {
      throw new IllegalStateException(reason);
    }

    @Override
    public Score truncated(final StopReason stop) {
      throw new IllegalStateException(reason);
    }

    @Override
    public Episode fork() {
      return this;
    }

    @Override
    public String digest() {
      return "";
    }
  }
}
