package dev.coppice.bench.learning;

import dev.coppice.app.train.LocalRollouts;
import dev.coppice.environments.arithmetic.Split;
import dev.coppice.environments.countdown.CountdownEnvironment;
import dev.coppice.environments.drawers.DrawersEnvironment;
import dev.coppice.environments.products.ProductsEnvironment;
import dev.coppice.episode.Environment;
import dev.coppice.rollout.RolloutLimits;
import dev.coppice.training.policy.PolicySettings;
import java.util.Locale;
import java.util.Map;

/** Lists what is learned, with the size of its problems and of the model that learns it. */
public enum LearningTask {
  /** Gathers first; for the tiny policy. */
  DRAWERS {
    @Override
    Environment problems(final Split split, final int count, final long seed) {
      return new DrawersEnvironment(split, count, seed);
    }

    @Override
    long tokens(final Growth growth, final int samples) {
      return switch (growth) {
        case APART -> 140L * samples;
        case TREES -> 380L * samples;
        case SHARED -> 205 + 15L * samples;
      };
    }
  },
  /** Decides first; for the tiny policy. */
  COUNTDOWN {
    @Override
    Environment problems(final Split split, final int count, final long seed) {
      return new CountdownEnvironment(split, count, seed);
    }

    @Override
    long tokens(final Growth growth, final int samples) {
      return switch (growth) {
        case APART -> 36L * samples;
        case TREES -> 220L * samples;
        case SHARED -> 60 + 22L * samples;
      };
    }
  },
  /** One turn of text; for a small instruction model. All products are few, so none validates. */
  PRODUCTS {
    @Override
    Environment problems(final Split split, final int count, final long seed) {
      return new ProductsEnvironment(split, count, seed, "");
    }

    @Override
    long tokens(final Growth growth, final int samples) {
      return switch (growth) {
        case APART -> 10 + 14L * samples;
        case TREES, SHARED -> 10 + 5L * samples;
      };
    }

    @Override
    int training() {
      return 0;
    }

    @Override
    int validation() {
      return 0;
    }

    @Override
    int test() {
      return 0;
    }

    @Override
    Map<String, Object> batches() {
      return Map.of("batch-rows", 64L, "batch-tokens", 256L, "kv-blocks", 576L);
    }

    @Override
    int microTokens() {
      return 512;
    }

    @Override
    RolloutLimits limits() {
      return new RolloutLimits(LONGEST_ANSWER, 1, 1, RolloutLimits.DEFAULT.callDeadlineNs());
    }
  };

  private static final int LONGEST_ANSWER = 24;

  /** Says how the samples of a group grow. */
  enum Growth {
    APART,
    TREES,
    SHARED
  }

  /** Finds the task of a name. */
  static LearningTask of(final String name) {
    for (final LearningTask task : values()) {
      if (task.wire().equals(name)) {
        return task;
      }
    }
    throw new IllegalArgumentException(
        "no such task: task=" + name + "; known are drawers, countdown, products");
  }

  /** Returns the name in options and results. */
  String wire() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Opens problems of a split; 0 for all of it. */
  abstract Environment problems(Split split, int count, long seed);

  /** Guesses what so many samples of a problem cost; the runs correct it. */
  abstract long tokens(Growth growth, int samples);

  /** Returns how many fresh problems there are to train on; 0 for all of the split. */
  int training() {
    return 12_000;
  }

  /** Returns how many of the held-out problems, the first ones, rates are chosen on. */
  int validation() {
    return 150;
  }

  /** Returns how many of the held-out problems after those are for the end; 0 for the rest. */
  int test() {
    return 200;
  }

  /** Returns the options of the engine's batches, as {@code ./coppice list engines} has them. */
  Map<String, Object> batches() {
    return LocalRollouts.BATCHES;
  }

  /** Returns the limits of a trajectory. */
  RolloutLimits limits() {
    return RolloutLimits.DEFAULT;
  }

  /** Returns the tokens that the trainer computes together. */
  int microTokens() {
    return PolicySettings.DEFAULT.microTokens();
  }
}
