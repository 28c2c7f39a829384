package dev.coppice.trajectory;

import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Fixes the distribution that tokens are drawn from.
 *
 * <p>Logits are changed by the rules, divided by the temperature, then cut to the {@code topK} largest, to the smallest
 * set of mass {@code topP}, and to probabilities of at least {@code minP} times the largest. The
 * log-probabilities kept are those of the distribution after all cuts.
 *
 * @param temperature of the softmax; 0 takes the largest logit.
 * @param topP mass kept, in (0, 1]; 1 keeps all.
 * @param topK number of tokens kept; 0 keeps all.
 * @param minP least probability kept, as a share of the largest; 0 keeps all.
 * @param rules that change logits before all else.
 */
public record SamplingSettings(
    double temperature, double topP, int topK, double minP, LogitRules rules) {
  /** Draws from the model's own distribution. */
  public static final SamplingSettings PLAIN = new SamplingSettings(1.0, 1.0, 0, 0.0);

  /** Always takes the largest logit. */
  public static final SamplingSettings GREEDY = new SamplingSettings(0.0, 1.0, 0, 0.0);

  /** Checks the ranges; comparisons are written so that NaN fails them. */
  public SamplingSettings {
    if (!(temperature >= 0 && temperature <= 100)) {
      throw new IllegalArgumentException(
          "temperature must be between 0 and 100: temperature=" + temperature);
    }
    if (!(topP > 0 && topP <= 1)) {
      throw new IllegalArgumentException("top_p must be in (0, 1]: top_p=" + topP);
    }
    if (topK < 0) {
      throw new IllegalArgumentException("top_k must not be negative: top_k=" + topK);
    }
    if (!(minP >= 0 && minP <= 1)) {
      throw new IllegalArgumentException("min_p must be in [0, 1]: min_p=" + minP);
    }
    Objects.requireNonNull(rules, "rules is null");
  }

  /**
   * Makes settings that change no logit.
   *
   * @param temperature of the softmax; 0 takes the largest logit.
   * @param topP mass kept, in (0, 1]; 1 keeps all.
   * @param topK number of tokens kept; 0 keeps all.
   * @param minP least probability kept, as a share of the largest; 0 keeps all.
   */
  public SamplingSettings(
      final double temperature, final double topP, final int topK, final double minP) {
    this(temperature, topP, topK, minP, LogitRules.NONE);
  }

  /**
   * Returns whether the distribution is the plain softmax at some temperature, with nothing cut.
   *
   * @return true if no token is ever cut.
   */
  public boolean isUncut() {
    return topP == 1.0 && topK == 0 && minP == 0.0;
  }

  /**
   * Changes logits by what stands on the path already, before the temperature divides them.
   *
   * <p>In this order, as vLLM does it: end tokens are masked while the turn is shorter than {@code
   * minNewTokens}; the bias is added; the logit of every token on the path is divided by {@code
   * repetition} where it is positive and multiplied where it is not; {@code frequency} times its count
   * in the turn, and {@code presence} if there is one, is taken off. Repetition looks at the whole
   * path, the other two at the turn alone: what a server would have been asked with, and what it would
   * have answered so far.
   *
   * @param repetition penalty, above 0; 1 changes nothing.
   * @param presence penalty, from -2 to 2; 0 changes nothing.
   * @param frequency penalty, from -2 to 2; 0 changes nothing.
   * @param bias added to the logit of a token, by its id, from -100 to 100.
   * @param minNewTokens of a turn before it may end by an end token or a stop text.
   * @source Keskar et al., CTRL, 2019, arXiv 1909.05858 (repetition); OpenAI's API (the others).
   */
  public record LogitRules(
      double repetition,
      double presence,
      double frequency,
      Map<Integer, Double> bias,
      int minNewTokens) {
    /** Changes nothing. */
    public static final LogitRules NONE = new LogitRules(1.0, 0.0, 0.0, Map.of(), 0);

    private static final double LARGEST_REPETITION = 100;
    private static final double LARGEST_PENALTY = 2;
    private static final double LARGEST_BIAS = 100;

    /** Checks the ranges; comparisons are written so that NaN fails them. */
    public LogitRules {
      if (!(repetition > 0 && repetition <= LARGEST_REPETITION)) {
        throw new IllegalArgumentException(
            "repetition_penalty must be above 0 and at most 100: repetition_penalty=" + repetition);
      }
      requirePenalty("presence_penalty", presence);
      requirePenalty("frequency_penalty", frequency);
      Objects.requireNonNull(bias, "bias is null");
      for (final Map.Entry<Integer, Double> entry : bias.entrySet()) {
        if (entry.getKey() < 0 || !(Math.abs(entry.getValue()) <= LARGEST_BIAS)) {
          throw new IllegalArgumentException(
              "logit_bias must be from -100 to 100 for a token id: token="
                  + entry.getKey()
                  + " bias="
                  + entry.getValue());
        }
      }
      bias = Collections.unmodifiableSortedMap(new TreeMap<>(bias));
      if (minNewTokens < 0) {
        throw new IllegalArgumentException(
            "min_new_tokens must not be negative: min_new_tokens=" + minNewTokens);
      }
    }

    private static void requirePenalty(final String name, final double value) {
      if (!(Math.abs(value) <= LARGEST_PENALTY)) {
        throw new IllegalArgumentException(
            name + " must be between -2 and 2: " + name + "=" + value);
      }
    }

    /**
     * Returns whether any logit is ever changed.
     *
     * @return false if rows are drawn from as the model gave them.
     */
    public boolean changeAnything() {
      return penalise() || !bias.isEmpty() || minNewTokens > 0;
    }

    /**
     * Returns whether the tokens of the path matter.
     *
     * @return false if all penalties are off.
     */
    public boolean penalise() {
      return repetition != 1.0 || presence != 0.0 || frequency != 0.0;
    }
  }
}
