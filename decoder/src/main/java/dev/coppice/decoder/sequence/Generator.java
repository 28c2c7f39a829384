package dev.coppice.decoder.sequence;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.coppice.decoder.batch.InferenceBackend;
import dev.coppice.decoder.batch.Logits;
import dev.coppice.decoder.sampling.Sampler;
import dev.coppice.trajectory.SamplingSettings;
import java.util.Arrays;

/**
 * Continues one sequence.
 *
 * @thread one at a time.
 */
public final class Generator {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Generator() {}

  /**
   * Holds a continuation.
   *
   * @param tokens that were generated, the prompt left out, the end token included.
   * @param logprobs of them in nats, under the distribution drawn from; at temperature 0, where that
   *     is certain, under the model's own.
   */
  public record Continuation(int[] tokens, double[] logprobs) {
    /**
     * Writes the continuation as {@code {"tokens":[...],"logprobs":[...]}}.
     *
     * @return one line of JSON.
     */
    public String json() {
      final ObjectNode root = JSON.createObjectNode();
      root.set("tokens", JSON.valueToTree(tokens));
      root.set("logprobs", JSON.valueToTree(logprobs));
      return root.toString();
    }
  }

  /**
   * Says how to continue.
   *
   * @param maxNew the largest number of new tokens.
   * @param sampling the distribution drawn from.
   * @param seed of the draws.
   * @param endToken after which generation ends; -1 for none.
   */
  public record Plan(int maxNew, SamplingSettings sampling, long seed, int endToken) {
    /** Checks the number of tokens. */
    public Plan {
      if (maxNew < 0) {
        throw new IllegalArgumentException("maxNew must not be negative: maxNew=" + maxNew);
      }
    }
  }

  /**
   * Continues a sequence; takes the backend's pool for itself.
   *
   * @param backend that computes.
   * @param prompt tokens, at least one.
   * @param plan of the continuation.
   * @return what was generated.
   * @throws IllegalArgumentException if prompt and continuation exceed the context.
   * @throws IllegalStateException if a logit is not finite.
   */
  public static Continuation generate(
      final InferenceBackend backend, final int[] prompt, final Plan plan) {
    if (prompt.length == 0) {
      throw new IllegalArgumentException("generating needs a prompt of at least one token");
    }
    final int[] all = Arrays.copyOf(prompt, Math.addExact(prompt.length, plan.maxNew()));
    final double[] logprobs = new double[plan.maxNew()];
    final OneSequence sequence = new OneSequence(backend, all.length);
    final Sampler sampler = new Sampler(plan.sampling());
    int done = 0;
    int computed = 0;
    while (done < plan.maxNew()) {
      final int length = prompt.length + done;
      final Logits logits = sequence.append(all, computed, length, length - computed - 1);
      computed = length;
      if (Double.isNaN(sampler.load(logits.values(), 0, backend.vocabularySize()))) {
        throw new IllegalStateException("the model gave logits that are not finite: at=" + length);
      }
      final int token = sampler.draw(plan.seed(), length);
      all[length] = token;
      logprobs[done++] =
          plan.sampling().temperature() == 0
              ? logits.values()[token]
                  - LogProbabilities.logSumExp(logits.values(), 0, backend.vocabularySize())
              : sampler.logprob(token);
      if (token == plan.endToken()) {
        break;
      }
    }
    return new Continuation(
        Arrays.copyOfRange(all, prompt.length, prompt.length + done),
        Arrays.copyOf(logprobs, done));
  }
}
