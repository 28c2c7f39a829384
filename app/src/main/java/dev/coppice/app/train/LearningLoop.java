package dev.coppice.app.train;

import dev.coppice.app.advantage.CreditInOrder;
import dev.coppice.app.lambda.TurnWeighing;
import dev.coppice.bridge.trace.CreditBlock;
import dev.coppice.bridge.wire.CreditedGroup;
import dev.coppice.bridge.wire.PackedGroup;
import dev.coppice.bridge.wire.TreePacker;
import dev.coppice.credit.Estimators;
import dev.coppice.credit.share.LambdaRule;
import dev.coppice.draw.Division;
import dev.coppice.rollout.GroupResult;
import dev.coppice.training.demonstration.TaskKind;
import dev.coppice.training.policy.PolicyFolder;
import dev.coppice.training.policy.PolicyTrainer;
import dev.coppice.training.policy.UpdateReport;
import dev.coppice.trajectory.TrajectoryGroup;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Trains in one process: rolls out, gives credit, updates, swaps, and again.
 *
 * <p>Every update rolls out again with the weights of the update before, on problems not used before,
 * until the computed tokens reach the update's share; how many groups that takes is estimated from
 * the updates before, and the error is carried on, so that runs of equal length cost the same to
 * within one group. Estimators that learn do so in the order of groups. On one thread of the trainer
 * the run depends on its settings alone; on several, the sums of a gradient have no fixed order.
 *
 * @thread one.
 */
public final class LearningLoop implements AutoCloseable {
  private final LoopSettings settings;
  private final Path scratch;
  private final LocalRollouts rollouts;
  private final PolicyTrainer trainer;
  private final ImitationSampler imitation;
  private final CreditInOrder credit;
  private final TurnWeighing weighing;
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
  public LearningLoop(
      final LoopSettings settings,
      final TaskKind kind,
      final LocalRollouts rollouts,
      final Path scratch) {
    this.settings = settings;
    this.imitation = new ImitationSampler(settings.objective().imitation(), kind, settings.seed());
    final LoopSettings.Credit training = settings.objective().credit();
    this.credit = training.inOrder();
    this.weighing =
        TurnWeighing.of(
            Estimators.create(training.estimator(), training.options()), LambdaRule.START);
    this.scratch = scratch;
    this.rollouts = rollouts;
    this.trainer = PolicyTrainer.open(settings.start(), settings.objective().policy());
  }

  /**
   * Makes all updates.
   *
   * @param expectedGroupTokens first guess of what a group costs.
   * @param report that is told of every update.
   * @throws InterruptedException if interrupted.
   * @throws IOException if the weights cannot be written.
   */
  public void run(final long expectedGroupTokens, final Consumer<StepReport> report)
      throws InterruptedException, IOException {
    for (int update = 0; update < settings.schedule().updates(); update++) {
      report.accept(step(update, expectedGroupTokens));
    }
  }

  private StepReport step(final int update, final long expectedGroupTokens)
      throws InterruptedException, IOException {
    final long cpuNs = StepReport.Cost.processorNs();
    final double cost = groupsDone == 0 ? expectedGroupTokens : (double) spentTokens / groupsDone;
    final double left = settings.schedule().tokensPerUpdate() * (update + 1.0) - spentTokens;
    final int groups = (int) Math.max(1, Math.round(left / cost));
    final LocalRollouts.Round round =
        rollouts.grow(
            settings.shape(), (int) groupsDone, groups, settings.seed() * 100_003L + update);
    spentTokens += round.computedTokens();
    groupsDone += groups;
    final long startNs = System.nanoTime();
    final List<PackedGroup> packed = packed(round.groups(), credit);
    final BatchTally tally = new BatchTally();
    packed.forEach(tally::add);
    final TurnWeighing.Use turns = weighing.use();
    final TrainingBatch batch =
        TrainingBatch.of(
            weighing.apply(MarkRule.REFUSE.apply(packed), number -> division(round, number)),
            settings.objective().credit().rule(),
            rollouts.policyVersion());
    final UpdateReport done =
        trainer.update(batch.with(imitation.of(update)).trees(), settings.schedule().rate(update));
    weighing.learn(done.halves());
    final long trainedNs = System.nanoTime();
    PolicyFolder.write(trainer.policy(), settings.start(), scratch);
    rollouts.swap(scratch);
    final long swappedNs = System.nanoTime();
    return new StepReport(
        update + 1,
        tally.figures(),
        done,
        new StepReport.Cost(
            round.computedTokens(),
            batch.rowTokens(),
            round.wallNs(),
            trainedNs - startNs,
            swappedNs - trainedNs,
            StepReport.Cost.processorNs() - cpuNs),
        turns);
  }

  private static Division division(final LocalRollouts.Round round, final long number) {
    final long first = round.groups().getFirst().request().index();
    final TrajectoryGroup group = round.groups().get((int) (number - first)).group();
    return group.isDividedSystematically() ? Division.SYSTEMATIC : Division.INDEPENDENT;
  }

  /**
   * Gives groups their credit, in the order of their numbers, and packs them.
   *
   * @param groups finished, all that come before the last one.
   * @param credit that scores them and has seen those before them.
   * @return the groups in order.
   */
  public static List<PackedGroup> packed(
      final List<GroupResult> groups, final CreditInOrder credit) {
    final List<PackedGroup> packed = new ArrayList<>();
    for (final GroupResult result : groups) {
      credit.take(result, ready -> packed.add(packed(ready, credit.score(ready))));
    }
    return packed;
  }

  private static PackedGroup packed(
      final GroupResult result, final List<List<CreditBlock>> blocks) {
    final List<CreditBlock> training = blocks.stream().map(List::getFirst).toList();
    return TreePacker.pack(new CreditedGroup(result.request().index(), result.group(), training));
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
