package dev.coppice.bench.learning;

import dev.coppice.app.advantage.CreditInOrder;
import dev.coppice.app.train.LearningLoop;
import dev.coppice.app.train.LocalRollouts;
import dev.coppice.app.train.TrainingBatch;
import dev.coppice.environments.arithmetic.Split;
import dev.coppice.environments.drawers.DrawersEnvironment;
import dev.coppice.training.policy.PolicySettings;
import dev.coppice.training.policy.PolicyTrainer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Measures how much of an update's gradient is signal: the cosine between the gradients of
 * independent batches of equal computed tokens, at the start's weights, on drawers.
 *
 * <p>Two batches share nothing but the true gradient, so the cosine's mean is signal over signal and
 * noise together. {@code ./coppice bench gradient-agreement 12 grpo-chains:17 coppice-trees:50}: 12
 * batches, and the groups of one.
 */
public final class GradientAgreement {
  private static final int SEED = 901;

  private GradientAgreement() {}

  /**
   * Measures and prints a table.
   *
   * @param arguments the number of batches, then ARM:GROUPS for each arm.
   * @throws Exception if the rollouts fail.
   */
  public static void main(final String[] arguments) throws Exception {
    if (arguments.length < 2) {
      System.err.println("usage: ./coppice bench gradient-agreement BATCHES ARM:GROUPS ...");
      System.exit(2);
    }
    final int batches = Integer.parseInt(arguments[0]);
    System.out.println("| arm | groups | computed tokens | cosine | standard deviation | pairs |");
    System.out.println("|---|---|---|---|---|---|");
    for (int i = 1; i < arguments.length; i++) {
      final String[] pair = arguments[i].split(":");
      measure(LearningArm.of(pair[0], LearningTask.DRAWERS), Integer.parseInt(pair[1]), batches);
    }
  }

  private static void measure(final LearningArm arm, final int groups, final int batches)
      throws Exception {
    final Path start = Path.of("models/tiny-policy");
    final List<float[]> gradients = new ArrayList<>();
    final CreditInOrder credit = arm.credit().inOrder();
    long tokens = 0;
    try (DrawersEnvironment problems = new DrawersEnvironment(Split.TRAIN, groups * batches, SEED);
        LocalRollouts rollouts = new LocalRollouts(start, problems);
        PolicyTrainer trainer = PolicyTrainer.open(start, PolicySettings.DEFAULT.with(0, 0))) {
      for (int batch = 0; batch < batches; batch++) {
        final LocalRollouts.Round round =
            rollouts.grow(arm.shape(), batch * groups, groups, SEED + batch);
        tokens += round.computedTokens();
        gradients.add(
            trainer.gradient(
                TrainingBatch.of(
                        LearningLoop.packed(round.groups(), credit), arm.credit().rule(), 0)
                    .trees()));
      }
    }
    final List<Double> cosines = new ArrayList<>();
    for (int i = 0; i < batches; i++) {
      for (int j = 0; j < i; j++) {
        cosines.add(cosine(gradients.get(i), gradients.get(j)));
      }
    }
    final ArmResult.Mean mean = ArmResult.Mean.of(cosines);
    System.out.printf(
        Locale.ROOT,
        "| %s | %d | %,d | %.4f | %.4f | %d |%n",
        arm.name(),
        groups,
        tokens / batches,
        mean.value(),
        mean.error() * Math.sqrt(cosines.size()),
        cosines.size());
  }

  private static double cosine(final float[] a, final float[] b) {
    double product = 0;
    double first = 0;
    double second = 0;
    for (int i = 0; i < a.length; i++) {
      product += (double) a[i] * b[i];
      first += (double) a[i] * a[i];
      second += (double) b[i] * b[i];
    }
    return product / Math.sqrt(first * second);
  }
}
