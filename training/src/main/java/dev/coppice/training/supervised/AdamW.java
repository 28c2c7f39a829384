package dev.coppice.training.supervised;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.coppice.error.CoppiceException;
import dev.coppice.error.ErrorCategory;
import dev.coppice.error.ErrorCode;
import java.util.ArrayList;
import java.util.List;

/**
 * Updates weights by Adam with decoupled weight decay, in place.
 *
 * <p>{@code m = b1 m + (1-b1) g; v = b2 v + (1-b2) g^2; w = w (1 - lr decay) - lr m' / (sqrt(v') +
 * eps)} with {@code m' = m / (1-b1^t)} and {@code v' = v / (1-b2^t)}. The gradient is first scaled
 * down to the clip norm. Vectors (the norms' weights) do not decay.
 *
 * <p>Both moments are made in the constructor: made during a step they would belong to the step's
 * scope and be gone with it.
 *
 * <p>DJL has an AdamW, too. It cannot be asked for its moments nor be given them, so a resumed run
 * would not end with the same bytes; it has one decay for all weights, and clips element by element
 * where we clip the norm of the whole. {@code AdamWTest} tells when that changes.
 *
 * @thread the trainer's thread only
 * @source Loshchilov and Hutter, Decoupled Weight Decay Regularization, arXiv 1711.05101
 */
public final class AdamW implements AutoCloseable {
  private final TrainerSettings.Optimizer constants;
  private final List<NDArray> weights;
  private final NDManager manager;
  private final List<NDArray> means = new ArrayList<>();
  private final List<NDArray> squares = new ArrayList<>();
  private int updates;

  /** Signals a gradient that is not finite; the weights stay as they were. */
  public static final class GradientException extends CoppiceException {
    private static final long serialVersionUID = 1L;
    private static final ErrorCode CODE =
        new ErrorCode(ErrorCategory.BACKEND, "gradient-not-finite");

    private GradientException(final double norm, final int update) {
      super(
          CODE,
          "the gradient is not finite: norm="
              + norm
              + " update="
              + update
              + "; the weights stay as they were; lower the learning rate or look at the batch",
          null);
    }
  }

  /**
   * Prepares updates of some weights.
   *
   * @param constants of the updates.
   * @param weights to update in place.
   * @param parent that owns the moments in the end.
   */
  public AdamW(
      final TrainerSettings.Optimizer constants,
      final List<NDArray> weights,
      final NDManager parent) {
    this.constants = constants;
    this.weights = weights;
    this.manager = parent.newSubManager();
    for (final NDArray weight : weights) {
      means.add(manager.zeros(weight.getShape()));
      squares.add(manager.zeros(weight.getShape()));
    }
  }

  /**
   * Makes one update with the gradients that the weights carry, and clears them.
   *
   * @param learningRate of this update.
   * @return the norm of the whole gradient before clipping.
   * @throws GradientException if a gradient is not finite; weights and moments stay as they were.
   */
  public double update(final double learningRate) {
    final List<NDArray> gradients = weights.stream().map(NDArray::getGradient).toList();
    final double norm = norm(gradients);
    if (!Double.isFinite(norm)) {
      // Not a number times zero is not a number: only new zeros clear such a gradient.
      gradients.forEach(gradient -> gradient.set(new float[Math.toIntExact(gradient.size())]));
      throw new GradientException(norm, updates + 1);
    }
    updates++;
    final double scale = Math.min(1.0, constants.clipNorm() / (norm + 1e-6));
    final double rate = learningRate / (1.0 - Math.pow(constants.beta1(), updates));
    final double squareCorrection = 1.0 / Math.sqrt(1.0 - Math.pow(constants.beta2(), updates));
    for (int i = 0; i < weights.size(); i++) {
      final NDArray weight = weights.get(i);
      final NDArray gradient = gradients.get(i).mul(scale);
      // Gradients add up over backward passes until someone clears them.
      gradients.get(i).muli(0);
      final NDArray mean = means.get(i);
      final NDArray square = squares.get(i);
      mean.muli(constants.beta1()).addi(gradient.mul(1.0 - constants.beta1()));
      square.muli(constants.beta2()).addi(gradient.square().mul(1.0 - constants.beta2()));
      final NDArray step =
          mean.div(square.sqrt().mul(squareCorrection).add(constants.epsilon())).mul(rate);
      if (weight.getShape().dimension() > 1) {
        weight.muli(1.0 - learningRate * constants.weightDecay());
      }
      weight.subi(step);
    }
    return norm;
  }

  private static double norm(final List<NDArray> gradients) {
    double squared = 0;
    for (final NDArray gradient : gradients) {
      squared += gradient.square().sum().getFloat();
    }
    return Math.sqrt(squared);
  }

  /**
   * Returns how many updates were made.
   *
   * @return the number, which the corrections of the moments depend on.
   */
  public int updates() {
    return updates;
  }

  /**
   * Copies both moments of every weight out.
   *
   * @return first all means, then all mean squares, each in the order of the weights.
   */
  public List<float[]> moments() {
    final List<float[]> moments = new ArrayList<>();
    means.forEach(mean -> moments.add(mean.toFloatArray()));
    squares.forEach(square -> moments.add(square.toFloatArray()));
    return moments;
  }

  /**
   * Goes on from where another optimizer was.
   *
   * @param moments as {@link #moments} gave them.
   * @param madeUpdates as {@link #updates} gave them.
   */
  public void restore(final List<float[]> moments, final int madeUpdates) {
    if (moments.size() != 2 * weights.size() || madeUpdates < 0) {
      throw new IllegalArgumentException(
          "state does not fit: moments=" + moments.size() + " weights=" + weights.size());
    }
    for (int i = 0; i < weights.size(); i++) {
      means.get(i).set(moments.get(i));
      squares.get(i).set(moments.get(weights.size() + i));
    }
    updates = madeUpdates;
  }

  @Override
  public void close() {
    manager.close();
  }
}
