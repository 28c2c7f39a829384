package dev.coppice.app.pretrain;

import dev.coppice.training.demonstration.TaskKind;
import dev.coppice.training.demonstration.TaskVocabulary;
import dev.coppice.training.supervised.HuggingFaceExport;
import dev.coppice.training.supervised.LlamaShape;
import dev.coppice.training.supervised.SupervisedTrainer;
import dev.coppice.training.supervised.TrainedPolicy;
import dev.coppice.training.supervised.TrainerSettings;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Runs what {@code ./coppice pretrain} asks for: trains, writes the folder, evaluates.
 *
 * @thread one thread
 */
public final class PretrainJob {
  private static final double FIRST_COUNTDOWN_SHARE = 0.9;
  private static final double LAST_COUNTDOWN_SHARE = 0.45;
  private static final int REPORT_STEPS = 100;
  private static final int CHECKPOINT_STEPS = 1_000;
  private static final int SAMPLES = 16;
  private static final long EVALUATION_SEED = 9_000;

  private final PrintStream log;

  /**
   * Makes a job.
   *
   * @param log that takes progress lines and the scores.
   */
  public PretrainJob(final PrintStream log) {
    this.log = log;
  }

  /**
   * Trains a policy from a seed.
   *
   * <p>The folder is written every 1,000 updates, so an interrupted run leaves a usable policy.
   *
   * @param options of the run.
   * @return the scores, empty if no evaluation was asked for.
   * @throws IOException if the folder cannot be written.
   */
  public List<PolicyScore> run(final PretrainOptions options) throws IOException {
    final LlamaShape shape = LlamaShape.tiny(TaskVocabulary.size());
    final TaskMixture mixture =
        new TaskMixture(options.seed(), FIRST_COUNTDOWN_SHARE, LAST_COUNTDOWN_SHARE);
    final TrainerSettings settings = TrainerSettings.tiny(options.steps(), options.seed());
    log.printf(
        Locale.ROOT,
        "pretrain: %,d parameters, %,d updates of %d demonstrations, seed %d, to %s%n",
        shape.parameters(),
        settings.steps(),
        settings.batch().sequences(),
        settings.seed(),
        options.out());
    try (SupervisedTrainer trainer = new SupervisedTrainer(shape, settings, mixture)) {
      final HuggingFaceExport export =
          new HuggingFaceExport(
              trainer.policy(), TaskVocabulary.texts(), TaskVocabulary.SPECIAL_TOKENS);
      while (trainer.step() < settings.steps()) {
        trainer.run(CHECKPOINT_STEPS, REPORT_STEPS, this::report);
        export.write(options.out());
      }
      return evaluate(trainer.policy(), options.evaluationProblems());
    }
  }

  /**
   * Scores a policy that was written before.
   *
   * @param folder of the policy.
   * @param problems number of held-out problems per task.
   * @return one score per task and temperature.
   */
  public List<PolicyScore> evaluate(final Path folder, final int problems) {
    try (TrainedPolicy policy = TrainedPolicy.open(folder)) {
      return evaluate(policy, problems);
    }
  }

  /**
   * Scores a policy on both tasks at temperature 1, 0.6 and greedily.
   *
   * @param policy to score.
   * @param problems number of held-out problems per task.
   * @return one score per task and temperature.
   */
  List<PolicyScore> evaluate(final TrainedPolicy policy, final int problems) {
    final List<PolicyScore> scores = new ArrayList<>();
    if (problems == 0) {
      return scores;
    }
    final PolicyEvaluation evaluation = new PolicyEvaluation(policy, problems, EVALUATION_SEED);
    log.println(PolicyScore.HEADER);
    for (final double temperature : new double[] {1.0, 0.6, 0.0}) {
      for (final TaskKind kind : TaskKind.values()) {
        final PolicyScore score =
            evaluation.score(kind, temperature, temperature == 0 ? 1 : SAMPLES);
        log.println(score.row());
        scores.add(score);
      }
    }
    return scores;
  }

  private void report(final SupervisedTrainer.Progress progress) {
    log.printf(
        Locale.ROOT,
        "step %6d  loss %.4f  gradient norm %.2f  rate %.5f  %.1f M tokens  %.0f tokens/s%n",
        progress.step(),
        progress.loss(),
        progress.gradientNorm(),
        progress.learningRate(),
        progress.tokens() / 1e6,
        progress.tokensPerSecond());
  }
}
