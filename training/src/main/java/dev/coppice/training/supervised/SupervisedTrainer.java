package dev.coppice.training.supervised;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.training.GradientCollector;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/**
 * Trains a Llama-style decoder on demonstrations with DJL's automatic differentiation.
 *
 * <p>One seed gives one run: initial weights, demonstrations and batches are drawn in Java, and on
 * one thread the sums have one order.
 *
 * @thread one thread, which must be the one that made it
 */
public final class SupervisedTrainer implements AutoCloseable {
  private final TrainerSettings settings;
  private final DemonstrationSource source;
  private final NDManager manager;
  private final LlamaWeights weights;
  private final LlamaForward forward;
  private final AdamW optimizer;
  private final List<List<TrainingSequence>> queue = new ArrayList<>();
  private long nextDemonstration;
  private long tokens;
  private long elapsedNs;
  private double lossSum;
  private int lossSteps;
  private int step;

  /**
   * Prepares a run with fresh weights.
   *
   * @param shape of the decoder.
   * @param settings of the run.
   * @param source of the demonstrations.
   */
  public SupervisedTrainer(
      final LlamaShape shape, final TrainerSettings settings, final DemonstrationSource source) {
    this.settings = settings;
    this.source = source;
    this.manager = NDManager.newBaseManager();
    this.weights = new LlamaWeights(shape, manager, settings.seed());
    this.forward = new LlamaForward(shape);
    this.optimizer = new AdamW(settings.optimizer(), weights.all(), manager);
  }

  /**
   * Makes some updates, or those that are left if there are fewer.
   *
   * @param updates to make.
   * @param reportSteps number of updates between two reports.
   * @param report that takes them.
   * @throws AdamW.GradientException if a gradient is not finite; the weights are unchanged then.
   */
  public void run(final int updates, final int reportSteps, final Consumer<Progress> report) {
    final int end = Math.min(settings.steps(), step + updates);
    final long startNs = System.nanoTime();
    while (step < end) {
      final double rate = settings.learningRate(step);
      final StepResult result = update(rate);
      step++;
      lossSum += result.loss();
      lossSteps++;
      if (step % reportSteps == 0 || step == end) {
        final long totalNs = elapsedNs + System.nanoTime() - startNs;
        report.accept(
            new Progress(step, lossSum / lossSteps, result.norm(), rate, tokens, totalNs));
        lossSum = 0;
        lossSteps = 0;
      }
    }
    elapsedNs += System.nanoTime() - startNs;
  }

  /**
   * Returns how many updates were made.
   *
   * @return the number of the last update, counted from 1.
   */
  public int step() {
    return step;
  }

  /**
   * Returns the weights under training; they stay with the trainer.
   *
   * @return a view that samplers and exporters read.
   */
  public TrainedPolicy policy() {
    return new TrainedPolicy(weights);
  }

  @Override
  public void close() {
    manager.close();
  }

  /**
   * Reports how a run is going.
   *
   * @param step of the last update, counted from 1.
   * @param loss mean since the last report, in nats per token.
   * @param gradientNorm before clipping, of the last update.
   * @param learningRate of the last update.
   * @param tokens trained on so far, without padding.
   * @param elapsedNs spent training so far.
   */
  public record Progress(
      int step,
      double loss,
      double gradientNorm,
      double learningRate,
      long tokens,
      long elapsedNs) {

    /**
     * Computes the mean speed of the run.
     *
     * @return tokens per second, without padding.
     */
    public double tokensPerSecond() {
      return tokens * 1e9 / Math.max(1, elapsedNs);
    }
  }

  private record StepResult(double loss, double norm) {}

  private StepResult update(final double learningRate) {
    // The scope closes whatever this step makes, gradients' handles included.
    try (NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      final SequenceBatch batch =
          SequenceBatch.of(manager, nextBatch(), weights.shape().vocabulary());
      double loss;
      try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
        final NDArray logits = forward.logits(manager, weights, batch);
        // A Java number would be freed before the backward pass reads it.
        final NDArray scale = manager.create((float) (-1.0 / batch.weight()));
        final NDArray mean = logits.logSoftmax(-1).mul(batch.targets()).sum().mul(scale);
        collector.backward(mean);
        loss = mean.getFloat();
      }
      tokens += batch.tokens();
      return new StepResult(loss, optimizer.update(learningRate));
    }
  }

  private List<TrainingSequence> nextBatch() {
    if (queue.isEmpty()) {
      fillQueue();
    }
    return queue.removeLast();
  }

  /** Draws some batches' worth of demonstrations and cuts them into batches of like length. */
  private void fillQueue() {
    final double progress = (double) step / settings.steps();
    final List<TrainingSequence> drawn = new ArrayList<>();
    final int count = settings.batch().perBucket() * settings.batch().sequences();
    for (int i = 0; i < count; i++) {
      drawn.add(source.sequence(nextDemonstration++, progress));
    }
    drawn.sort(Comparator.comparingInt(TrainingSequence::length));
    for (int from = 0; from < count; from += settings.batch().sequences()) {
      queue.add(List.copyOf(drawn.subList(from, from + settings.batch().sequences())));
    }
    Collections.shuffle(queue, new Random(settings.seed() + nextDemonstration));
  }
}
