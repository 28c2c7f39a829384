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
import org.agrona.collections.Int2ObjectHashMap;

/**
 * Turns requests into events by starting their episodes, and keeps the first world of each group.
 *
 * @thread the engine thread.
 */
final class Offers {
  private static final EpisodePlan NO_PLAN = new EpisodePlan(0, 1);

  private final Environment environment;
  private final Tokenizer tokenizer;
  private final int vocabularySize;
  private final long seed;
  private final Int2ObjectHashMap<Episode> worlds = new Int2ObjectHashMap<>();

  Offers(
      final Environment environment,
      final Tokenizer tokenizer,
      final int vocabularySize,
      final long seed) {
    this.environment = environment;
    this.tokenizer = tokenizer;
    this.vocabularySize = vocabularySize;
    this.seed = seed;
  }

  Event open(final GroupRequest request) {
    Task task = new Task(environment.name() + "/" + request.taskIndex(), "{}");
    Episode world = null;
    try {
      task = environment.task(request.taskIndex());
      world = environment.start(task, CounterRandom.mix(seed, request.index()));
      worlds.put(request.index(), world);
      return new Event.GroupOffered(
          request, task, prompt(world), world.plan(), world.digest(), null);
    } catch (final RuntimeException e) {
      final RolloutFailure failure =
          new RolloutFailure(RolloutFailure.Boundary.ENVIRONMENT, "start_failed", e.toString());
      if (world != null) {
        closed(world);
      }
      worlds.put(request.index(), new BrokenWorld(e.toString()));
      return new Event.GroupOffered(request, task, new int[0], NO_PLAN, null, failure);
    }
  }

  /** A token that the model has no row for would stop every group of its batch. */
  private int[] prompt(final Episode world) {
    final int[] prompt = tokenizer.encodePrompt(world.prompt());
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
