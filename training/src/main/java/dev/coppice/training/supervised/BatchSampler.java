package dev.coppice.training.supervised;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Samples many episodes side by side, to see what a policy under training can do.
 *
 * <p>It is a yardstick of its own: it shares no code with the rollout engine, so the two can be held
 * against each other.
 *
 * @cost every row runs until the longest is done.
 * @thread the trainer's thread only
 */
public final class BatchSampler {
  private final TrainedPolicy policy;

  /**
   * Configures the draws.
   *
   * @param temperature that divides the logits; 0 takes the likeliest token.
   * @param maxTokens of a sequence with its prompt; longer ones are cut off.
   * @param seed of the draws.
   */
  public record Settings(double temperature, int maxTokens, long seed) {

    /** Rejects a negative temperature. */
    public Settings {
      if (!(temperature >= 0) || maxTokens < 1) {
        throw new IllegalArgumentException(
            "out of range: temperature=" + temperature + " maxTokens=" + maxTokens);
      }
    }
  }

  /**
   * Makes a sampler.
   *
   * @param policy to sample from; its weights are read at every call.
   */
  public BatchSampler(final TrainedPolicy policy) {
    this.policy = policy;
  }

  /**
   * Plays episodes to their end or to the longest sequence allowed.
   *
   * @param episodes to play; each is mutated.
   * @param settings of the draws.
   */
  public void play(final List<? extends SampledEpisode> episodes, final Settings settings) {
    final Row[] rows = new Row[episodes.size()];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = new Row(episodes.get(i), new SplittableRandom(settings.seed() * 1_000_003L + i));
    }
    try (NDManager manager = NDManager.newBaseManager();
        LlamaStep step =
            new LlamaStep(policy.weights(), manager, rows.length, settings.maxTokens())) {
      final int[] tokens = new int[rows.length];
      for (int at = 0; at < settings.maxTokens() && anyOpen(rows); at++) {
        for (int i = 0; i < rows.length; i++) {
          tokens[i] = rows[i].tokenAt(at);
        }
        float[] logits;
        try (NDScope scope = new NDScope()) {
          scope.suppressNotUsedWarning();
          logits = step.next(manager, tokens).toFloatArray();
        }
        final int vocabulary = logits.length / rows.length;
        for (int i = 0; i < rows.length; i++) {
          if (rows[i].needsSampleAfter(at)) {
            rows[i].sample(logits, i * vocabulary, vocabulary, settings.temperature());
          }
        }
      }
    }
  }

  private static boolean anyOpen(final Row[] rows) {
    return Arrays.stream(rows).anyMatch(row -> !row.episode.isDone());
  }

  /** Holds one sequence: what is known of it so far, and who decides what comes next. */
  private static final class Row {
    private final SampledEpisode episode;
    private final SplittableRandom random;
    private int[] known;

    Row(final SampledEpisode episode, final SplittableRandom random) {
      this.episode = episode;
      this.random = random;
      this.known = episode.prompt();
    }

    int tokenAt(final int position) {
      return position < known.length ? known[position] : 0;
    }

    boolean needsSampleAfter(final int position) {
      return position == known.length - 1 && !episode.isDone();
    }

    void sample(final float[] logits, final int from, final int count, final double temperature) {
      final double[] shares = softmax(logits, from, count, 1.0);
      double entropy = 0;
      for (final double share : shares) {
        entropy -= share > 0 ? share * Math.log(share) : 0;
      }
      final int token =
          temperature == 0
              ? likeliest(shares)
              : draw(temperature == 1 ? shares : softmax(logits, from, count, temperature));
      final int[] appended = episode.accept(token, entropy);
      final int length = known.length;
      known = Arrays.copyOf(known, length + 1 + appended.length);
      known[length] = token;
      System.arraycopy(appended, 0, known, length + 1, appended.length);
    }

    private int draw(final double[] shares) {
      final double mark = random.nextDouble();
      double sum = 0;
      for (int i = 0; i < shares.length; i++) {
        sum += shares[i];
        if (mark < sum) {
          return i;
        }
      }
      return likeliest(shares);
    }

    private static int likeliest(final double[] shares) {
      int best = 0;
      for (int i = 1; i < shares.length; i++) {
        best = shares[i] > shares[best] ? i : best;
      }
      return best;
    }

    private static double[] softmax(
        final float[] logits, final int from, final int count, final double temperature) {
      double max = Double.NEGATIVE_INFINITY;
      for (int i = from; i < from + count; i++) {
        max = Math.max(max, logits[i]);
      }
      final double[] shares = new double[count];
      double sum = 0;
      for (int i = 0; i < count; i++) {
        shares[i] = Math.exp((logits[from + i] - max) / temperature);
        sum += shares[i];
      }
      for (int i = 0; i < count; i++) {
        shares[i] /= sum;
      }
      return shares;
    }
  }
}
