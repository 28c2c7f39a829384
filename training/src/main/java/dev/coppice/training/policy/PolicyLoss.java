package dev.coppice.training.policy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

/**
 * Turns logits into the loss of one pass, and counts what the report tells.
 *
 * <p>{@code -sum(min(r, 1 + high) positive + max(r, 1 - low) negative) - entropyBonus sum(w H) + kl sum(w
 * KL) - sum(imitation log p)} with {@code r = exp(new - base)}. For a token the present weights
 * sampled, base is the log-probability it was sampled with. For one that older weights sampled, base
 * is the one at the beginning of the update, and its coefficients are multiplied by {@code min(cap,
 * exp(base - sampled))}: the clip bounds this update's step, the weight corrects for the age.
 *
 * @source Schulman et al. 2017, arXiv 1707.06347; Hilton et al. 2021, arXiv 2110.00641, for the base
 *     apart from the sampling policy.
 * @thread the trainer's thread only
 */
final class PolicyLoss {
  private final PolicySettings settings;
  private final LossTargets targets;
  private final float[] base;
  private final boolean first;
  private double entropySum;
  private double divergenceSum;
  private double mismatch;
  private long clipped;
  private long stale;

  /** Prepares a pass; {@code base} is filled by an update's first pass and read by later ones. */
  PolicyLoss(
      final PolicySettings settings,
      final LossTargets targets,
      final float[] base,
      final boolean first) {
    this.settings = settings;
    this.targets = targets;
    this.base = base;
    this.first = first;
  }

  /** Computes the loss. @shape logits [T, V], start [T, V] log-probabilities or null */
  NDArray of(final NDManager manager, final NDArray logits, final NDArray start) {
    final NDArray scaled =
        settings.temperature() == 1 ? logits : logits.div(number(manager, settings.temperature()));
    final NDArray all = scaled.logSoftmax(-1);
    final NDArray chosen =
        TreeForward.rows(
            all.reshape(-1), manager.create(targets.cells, new Shape(targets.count())));
    final float[] now = chosen.toFloatArray();
    measure(now);
    NDArray loss = gradientTerm(manager, chosen, now);
    final NDArray weights = manager.create(targets.rowWeight);
    final NDArray shares = all.exp();
    final NDArray entropy = shares.mul(all).sum(new int[] {-1}).mul(weights).sum().neg();
    entropySum = entropy.getFloat();
    if (settings.terms().entropyBonus() != 0) {
      loss = loss.sub(entropy.mul(number(manager, settings.terms().entropyBonus())));
    }
    if (start != null) {
      final NDArray divergence = shares.mul(all.sub(start)).sum(new int[] {-1}).mul(weights).sum();
      divergenceSum = divergence.getFloat();
      loss = loss.add(divergence.mul(number(manager, settings.terms().klToStart())));
    }
    return targets.imitates ? loss.sub(chosen.mul(manager.create(targets.imitation)).sum()) : loss;
  }

  private NDArray gradientTerm(final NDManager manager, final NDArray chosen, final float[] now) {
    final float[] positive = targets.positive.clone();
    final float[] negative = targets.negative.clone();
    for (int i = 0; i < now.length; i++) {
      if (first) {
        base[i] = targets.stale[i] ? now[i] : targets.logprobs[i];
      }
      if (targets.stale[i]) {
        final double age =
            Math.min(settings.clip().importanceCap(), Math.exp(base[i] - targets.logprobs[i]));
        positive[i] *= (float) age;
        negative[i] *= (float) age;
      }
      final double ratio = Math.exp(now[i] - base[i]);
      final boolean outside =
          ratio > 1 + settings.clip().high() || ratio < 1 - settings.clip().low();
      clipped += outside && targets.weight[i] != 0 ? 1 : 0;
    }
    final NDArray ratio = chosen.sub(manager.create(base)).exp();
    final NDArray up =
        ratio.minimum(number(manager, 1 + settings.clip().high())).mul(manager.create(positive));
    final NDArray down =
        ratio.maximum(number(manager, 1 - settings.clip().low())).mul(manager.create(negative));
    return up.add(down).sum().neg();
  }

  /**
   * Makes a number that lives as long as the pass.
   *
   * <p>An operation with a Java number closes the tensor made from it at once, and the backward
   * pass then reads memory that the garbage collector may have given away.
   */
  private static NDArray number(final NDManager manager, final double value) {
    return manager.create((float) value);
  }

  private void measure(final float[] now) {
    for (int i = 0; i < now.length; i++) {
      if (targets.stale[i]) {
        stale++;
      } else if (targets.weight[i] != 0) {
        mismatch = Math.max(mismatch, Math.abs(now[i] - targets.logprobs[i]));
      }
    }
  }

  double entropySum() {
    return entropySum;
  }

  double divergenceSum() {
    return divergenceSum;
  }

  double mismatch() {
    return mismatch;
  }

  long clipped() {
    return clipped;
  }

  long stale() {
    return stale;
  }
}
