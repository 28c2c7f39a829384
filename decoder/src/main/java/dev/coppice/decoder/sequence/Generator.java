package dev.coppice.decoder.sequence;

import dev.coppice.decoder.batch.InferenceBackend;
import dev.coppice.decoder.batch.Logits;
import dev.coppice.decoder.sampling.Sampler;
import dev.coppice.model.SequenceModel.Continuation;
import dev.coppice.model.SequenceModel.Plan;
import java.util.Arrays;

/**
 * Continues one sequence.
 *
 * @thread one at a time.
 */
public final class Generator {
  private Generator() {}

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
      if (plan.ends().test(token)) {
        break;
      }
    }
    return new Continuation(
        Arrays.copyOfRange(all, prompt.length, prompt.length + done),
        Arrays.copyOf(logprobs, done));
  }
}
