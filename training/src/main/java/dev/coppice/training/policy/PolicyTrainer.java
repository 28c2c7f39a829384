package dev.coppice.training.policy;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.training.GradientCollector;
import dev.coppice.training.supervised.AdamW;
import dev.coppice.training.supervised.LlamaWeights;
import dev.coppice.training.supervised.TrainedPolicy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Improves a decoder by clipped policy gradient on trees, with DJL's automatic differentiation.
 *
 * <p>An update computes every token of its trees once per epoch, in passes of bounded size whose
 * gradients add up. On one thread the same trees give the same weights, bit for bit.
 *
 * @thread one thread, which must be the one that made it
 */
public final class PolicyTrainer implements AutoCloseable {
  private final PolicySettings settings;
  private final NDManager manager;
  private final LlamaWeights weights;
  private final LlamaWeights start;
  private final TreeForward forward;
  private final AdamW optimizer;

  private PolicyTrainer(final Path folder, final Path startFolder, final PolicySettings settings) {
    this.settings = settings;
    this.manager = NDManager.newBaseManager();
    try {
      this.weights = LlamaWeights.read(folder, manager);
      this.start =
          settings.terms().klToStart() > 0 ? LlamaWeights.read(startFolder, manager) : null;
    } catch (RuntimeException e) {
      manager.close();
      throw e;
    }
    this.forward = new TreeForward(weights.shape());
    this.optimizer = new AdamW(settings.optimizer(), weights.all(), manager);
  }

  /**
   * Opens a trainer on the weights of a folder.
   *
   * @param folder of a decoder in Hugging Face's layout.
   * @param settings of its updates.
   * @return a trainer, which the caller closes.
   * @throws dev.coppice.chat.files.ModelFileException naming what is missing or does not fit.
   */
  public static PolicyTrainer open(final Path folder, final PolicySettings settings) {
    return new PolicyTrainer(folder, folder, settings);
  }

  /**
   * Opens a trainer on the weights of a checkpoint.
   *
   * @param folder of the checkpoint in Hugging Face's layout.
   * @param startFolder of the weights that the divergence is measured from.
   * @param settings of its updates.
   * @return a trainer with a fresh optimizer, which the caller closes.
   * @throws dev.coppice.chat.files.ModelFileException naming what is missing or does not fit.
   */
  public static PolicyTrainer open(
      final Path folder, final Path startFolder, final PolicySettings settings) {
    return new PolicyTrainer(folder, startFolder, settings);
  }

  /**
   * Makes one update, or as many as the settings have epochs.
   *
   * @param trees whose coefficients add up to the whole batch's loss.
   * @param learningRate of AdamW.
   * @return how it went.
   * @throws dev.coppice.training.supervised.AdamW.GradientException if a gradient is not finite; the
   *     weights are then as the epochs before left them.
   */
  public UpdateReport update(final List<PolicyTree> trees, final double learningRate) {
    final List<List<PolicyTree>> passes = inTwo(passes(trees));
    final BatchHalves halves = new BatchHalves(passes);
    final List<float[]> bases = new ArrayList<>();
    Sums first = null;
    Sums last = null;
    double norm = 0;
    for (int epoch = 0; epoch < settings.epochs(); epoch++) {
      last = backward(passes, bases, first == null ? halves : null);
      first = first == null ? last : first;
      // What the optimizer makes on the way would else live as long as the weights.
      try (NDScope scope = new NDScope()) {
        scope.suppressNotUsedWarning();
        norm = optimizer.update(learningRate);
      }
    }
    return new UpdateReport(
        first.loss,
        norm,
        first.entropy / Math.max(1e-30, first.weight),
        last.clipped / Math.max(1.0, last.trained),
        first.mismatch,
        first.divergence / Math.max(1e-30, first.weight),
        (long) settings.epochs() * first.tokens,
        first.trained,
        first.stale,
        halves.told());
  }

  /**
   * Computes the gradient of the first epoch's loss and changes nothing.
   *
   * @param trees whose coefficients add up to the whole batch's loss.
   * @return the gradient of all weights, one after the other.
   */
  public float[] gradient(final List<PolicyTree> trees) {
    backward(passes(trees), new ArrayList<>());
    final float[] all = gradient();
    try (NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      weights.all().forEach(weight -> weight.getGradient().muli(0));
    }
    return all;
  }

  /** Copies out what the weights carry. */
  private float[] gradient() {
    final float[] all = new float[Math.toIntExact(weights.shape().parameters())];
    int at = 0;
    try (NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      for (final NDArray weight : weights.all()) {
        final float[] values = weight.getGradient().toFloatArray();
        System.arraycopy(values, 0, all, at, values.length);
        at += values.length;
      }
    }
    return all;
  }

  /** Adds the gradient of all passes to what the weights carry. */
  Sums backward(final List<List<PolicyTree>> passes, final List<float[]> bases) {
    return backward(passes, bases, null);
  }

  private Sums backward(
      final List<List<PolicyTree>> passes, final List<float[]> bases, final BatchHalves halves) {
    final Sums sums = new Sums();
    for (int i = 0; i < passes.size(); i++) {
      final boolean isFirst = bases.size() == i;
      final StripPlan plan = new StripPlan(passes.get(i));
      final LossTargets targets =
          new LossTargets(passes.get(i), plan, weights.shape().vocabulary());
      if (isFirst) {
        bases.add(new float[targets.count()]);
      }
      if (targets.count() > 0) {
        pass(plan, targets, new PolicyLoss(settings, targets, bases.get(i), isFirst), sums);
      }
      sums.tokens += plan.rows();
      if (halves != null && halves.isDueAfter(i + 1)) {
        halves.take(gradient());
      }
    }
    return sums;
  }

  private void pass(
      final StripPlan plan, final LossTargets targets, final PolicyLoss loss, final Sums sums) {
    // The scope closes whatever this pass makes, gradients' handles included.
    try (NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      final NDArray startLogprobs =
          start == null
              ? null
              : forward
                  .logits(manager, start, plan, targets.rows)
                  .div((float) settings.temperature())
                  .logSoftmax(-1)
                  .stopGradient();
      try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
        final NDArray logits = forward.logits(manager, weights, plan, targets.rows);
        final NDArray value = loss.of(manager, logits, startLogprobs);
        collector.backward(value);
        sums.loss += value.getFloat();
      }
    }
    sums.add(loss, targets);
  }

  /** Cuts the trees into passes of at most the configured number of tokens, in their order. */
  List<List<PolicyTree>> passes(final List<PolicyTree> trees) {
    final List<List<PolicyTree>> passes = new ArrayList<>();
    List<PolicyTree> open = new ArrayList<>();
    int tokens = 0;
    for (final PolicyTree tree : trees) {
      // What the trees of a pass begin with is computed once; a pass may begin with less than two
      // do.
      int own = tree.tokenCount();
      own -= open.isEmpty() ? 0 : StripPlan.sharedOpening(List.of(open.getFirst(), tree));
      if (!open.isEmpty() && tokens + own > settings.microTokens()) {
        passes.add(open);
        open = new ArrayList<>();
        tokens = 0;
        own = tree.tokenCount();
      }
      open.add(tree);
      tokens += own;
    }
    if (!open.isEmpty()) {
      passes.add(open);
    }
    return passes;
  }

  /** Cuts a lone pass, so that there are two halves to compare. */
  private static List<List<PolicyTree>> inTwo(final List<List<PolicyTree>> passes) {
    if (passes.size() != 1 || passes.getFirst().size() < 2) {
      return passes;
    }
    final List<PolicyTree> all = passes.getFirst();
    return List.of(all.subList(0, all.size() / 2), all.subList(all.size() / 2, all.size()));
  }

  /**
   * Returns the weights under training; they stay with the trainer.
   *
   * @return a view that samplers and exporters read.
   */
  public TrainedPolicy policy() {
    return weights.policy();
  }

  /**
   * Copies the optimizer's state out.
   *
   * @return the state.
   */
  public OptimizerState optimizerState() {
    return new OptimizerState(optimizer.updates(), optimizer.moments());
  }

  /**
   * Goes on from an optimizer's state.
   *
   * @param state of an optimizer for weights of the same shapes.
   */
  public void restore(final OptimizerState state) {
    optimizer.restore(state.moments(), state.updates());
  }

  LlamaWeights weights() {
    return weights;
  }

  @Override
  public void close() {
    manager.close();
  }

  /** Adds up what the passes of an epoch tell. */
  static final class Sums {
    double loss;
    double entropy;
    double divergence;
    double weight;
    double mismatch;
    long clipped;
    long trained;
    long stale;
    long tokens;

    void add(final PolicyLoss pass, final LossTargets targets) {
      entropy += pass.entropySum();
      divergence += pass.divergenceSum();
      weight += targets.weightSum;
      mismatch = Math.max(mismatch, pass.mismatch());
      clipped += pass.clipped();
      stale += pass.stale();
      trained += targets.count();
    }
  }
}
