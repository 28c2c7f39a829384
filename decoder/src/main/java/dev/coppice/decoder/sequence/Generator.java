package dev.coppice.decoder.sequence;

import dev.coppice.decoder.batch.InferenceBackend;
import dev.coppice.decoder.batch.Logits;
import dev.coppice.decoder.sampling.PathView;
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
  private static final int[] NOTHING = {};

  private Generator() {}

  /**
   * Continues a sequence; takes the backend's pool for itself.
   *
   * @param backend that computes.
   * @param sampler with the plan's settings, over the tokens there are.
   * @param prompt tokens, at least one.
   * @param plan of the continuation.
   * @return what was generated; a token that was forced has the log-probability NaN.
   * @throws IllegalArgumentException if prompt and continuation exceed the context.
   * @throws IllegalStateException if a logit is not finite.
   */
  public static Continuation generate(
      final InferenceBackend backend, final Sampler sampler, final int[] prompt, final Plan plan) {
    if (prompt.length == 0) {
      throw new IllegalArgumentException("generating needs a prompt of at least one token");
    }
    final int[] all = Arrays.copyOf(prompt, Math.addExact(prompt.length, plan.maxNew()));
    final double[] logprobs = new double[plan.maxNew()];
    final OneSequence sequence = new OneSequence(backend, all.length);
    int done = 0;
    int computed = 0;
    boolean goesOn = true;
    while (goesOn && done < plan.maxNew()) {
      final int length = prompt.length + done;
      final Logits logits = sequence.append(all, computed, length, length - computed - 1);
      computed = length;
      final PathView path = new PathView(all, length, prompt.length, plan.turn().endTokens());
      if (Double.isNaN(sampler.load(logits.values(), 0, backend.vocabularySize(), path))) {
        throw new IllegalStateException("the model gave logits that are not finite: at=" + length);
      }
      final int token = sampler.draw(plan.seed(), length);
      all[length] = token;
      logprobs[done++] =
          plan.sampling().temperature() == 0
              ? logits.values()[token]
                  - LogProbabilities.logSumExp(
                      logits.values(), 0, sampler.drawable(backend.vocabularySize()))
              : sampler.logprob(token);
      goesOn = plan.turn().goesOn(token);
      for (final int forced : goesOn ? plan.turn().forced() : NOTHING) {
        if (done < plan.maxNew()) {
          all[prompt.length + done] = forced;
          logprobs[done++] = Double.NaN;
        }
      }
    }
    return new Continuation(
        Arrays.copyOfRange(all, prompt.length, prompt.length + done),
        Arrays.copyOf(logprobs, done));
  }
}
