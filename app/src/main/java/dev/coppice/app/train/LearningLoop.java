package dev.coppice.app.train;

import dev.coppice.bridge.trace.CreditBlock;
import dev.coppice.bridge.wire.CreditedGroup;
import dev.coppice.bridge.wire.PackedGroup;
import dev.coppice.bridge.wire.TreePacker;
import dev.coppice.credit.AdvantageEstimator;
import dev.coppice.credit.Estimators;
import dev.coppice.credit.GroupAdvantages;
import dev.coppice.djl.reinforce.PolicyFolder;
import dev.coppice.djl.reinforce.PolicyTrainer;
import dev.coppice.djl.reinforce.UpdateReport;
import dev.coppice.environments.demonstration.TaskKind;
import dev.coppice.rollout.GroupResult;
import dev.coppice.trajectory.TrajectoryGroup;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Trains in one process: rolls out, gives credit, updates, swaps, and again.
 *
 * <p>Every update rolls out anew with the weights of the update before, on problems not used before,
 * until the computed tokens reach the update's share; how many groups that takes is estimated from
 * the updates before, and the error is carried on, so that runs of equal length cost the same to
 * within one group. The run depends on its settings alone.
 *
 * @thread one.
 */
public final class LearningLoop implements AutoCloseable {
  private final LoopSettings settings;
  private final Path scratch;
  private final LocalRollouts rollouts;
  private final PolicyTrainer trainer;
  private final AdvantageEstimator estimator;
  private final Imitated imitated;
  private long spentTokens;
  private long groupsDone;

  /**
   * Opens model and trainer.
   *
   * @param settings of the run.
   * @param kind of task, for the demonstrations.
   * @param rollouts on the start's weights; closed with this loop.
   * @param scratch folder that takes the weights of every update.
   */
  public LearningLoop(LoopSettings settings, TaskKind kind, LocalRollouts rollouts, Path scratch) {
    this.settings = settings;
    this.imitated = new Imitated(settings.imitation(), kind, settings.seed());
    this.scratch = scratch;
    this.rollouts = rollouts;
    this.estimator = Estimators.create(settings.credit().estimator(), settings.credit().options());
    this.trainer = PolicyTrainer.open(settings.start(), settings.policy());
  }

  /**
   * Makes all updates.
   *
   * @param expectedGroupTokens first guess of what a group costs.
   * @param report that is told of every update.
   * @throws InterruptedException if interrupted.
   * @throws IOException if the weights cannot be written.
   */
  public void run(long expectedGroupTokens, Consumer<StepReport> report)
      throws InterruptedException, IOException {
    for (int update = 0; update < settings.updates(); update++) {
      report.accept(step(update, expectedGroupTokens));
    }
  }

  private StepReport step(int update, long expectedGroupTokens)
      throws InterruptedException, IOException {
    double cost = groupsDone == 0 ? expectedGroupTokens : (double) spentTokens / groupsDone;
    double left = settings.tokensPerUpdate() * (update + 1.0) - spentTokens;
    int groups = (int) Math.max(1, Math.round(left / cost));
    LocalRollouts.Round round =
        rollouts.grow(
            settings.shape(), (int) groupsDone, groups, settings.seed() * 100_003L + update);
    spentTokens += round.computedTokens();
    groupsDone += groups;
    long startNs = System.nanoTime();
    List<PackedGroup> packed = new ArrayList<>();
    BatchTally tally = new BatchTally();
    for (GroupResult result : round.groups()) {
      PackedGroup group = TreePacker.pack(credited(result.group()));
      packed.add(group);
      tally.add(group);
    }
    TrainingBatch batch =
        TrainingBatch.of(packed, settings.credit().rule(), rollouts.policyVersion());
    UpdateReport done =
        trainer.update(batch.with(imitated.of(update)).trees(), settings.rate(update));
    long trainedNs = System.nanoTime();
    PolicyFolder.write(trainer.policy(), settings.start(), scratch);
    rollouts.swap(scratch);
    long swappedNs = System.nanoTime();
    return new StepReport(
        update + 1,
        tally.figures(),
        done,
        new StepReport.Cost(
            round.computedTokens(),
            batch.rowTokens(),
            round.wallNs(),
            trainedNs - startNs,
            swappedNs - trainedNs));
  }

  private CreditedGroup credited(TrajectoryGroup group) {
    GroupAdvantages advantages = estimator.estimate(group);
    List<CreditBlock> blocks = new ArrayList<>();
    for (int tree = 0; tree < group.trees().size(); tree++) {
      blocks.add(CreditBlock.of(advantages, tree));
    }
    return new CreditedGroup(group, blocks);
  }

  /**
   * Returns the computed tokens so far.
   *
   * @return the tokens of all rollouts.
   */
  public long spentTokens() {
    return spentTokens;
  }

  /**
   * Returns the engine's side, on the newest weights.
   *
   * @return the rollouts, for an evaluation.
   */
  public LocalRollouts rollouts() {
    return rollouts;
  }

  @Override
  public void close() {
    trainer.close();
    rollouts.close();
  }
}
