package dev.coppice.scheduling;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.allocation.GroupOutcome;
import dev.coppice.allocation.LearningOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Over a run, two-stage comes near the number of children that would have been best throughout. */
final class TwoStageSimulationTest {
  private static final int GROUPS = 600;
  private static final int RUNS = 20;
  private static final int MOST = 16;
  private static final int IN_FLIGHT = 32;
  private static final double GROUP_TOKENS = 800;

  /** A trunk of some tokens, branches of some tokens, and how much of the outcome it decides. */
  private record Shape(double trunk, double branch, double decided) {
    double worth(final int k) {
      return k / (1 + (k - 1) * decided) / (trunk + k * branch);
    }

    double best() {
      double best = 0;
      for (int k = 1; k <= MOST; k++) {
        best = Math.max(best, worth(k));
      }
      return best;
    }

    /** Draws a reward whose variance a trunk decides to a share. */
    GroupOutcome group(final int children, final SplittableRandom random) {
      final double solved = 0.2 + 0.6 * random.nextDouble();
      final int trees = (int) Math.max(2, GROUP_TOKENS / (trunk + children * branch));
      final List<GroupOutcome.Tree> sums = new ArrayList<>();
      for (int tree = 0; tree < trees; tree++) {
        final boolean isLucky = random.nextDouble() < solved;
        double sum = 0;
        for (int child = 0; child < children; child++) {
          // With chance sqrt(rho) a child repeats its trunk's luck: rewards correlate by rho.
          final boolean repeats = random.nextDouble() < Math.sqrt(decided);
          sum += (repeats ? isLucky : random.nextDouble() < solved) ? 1 : 0;
        }
        final long tokens = Math.round(trunk + children * branch);
        final long trunkTokens = children == 1 ? tokens : Math.round(trunk);
        final GroupOutcome.Rewards rewards = new GroupOutcome.Rewards(children, sum, sum);
        sums.add(new GroupOutcome.Tree(1, rewards, trunkTokens, tokens, tokens));
      }
      return new GroupOutcome(0, sums);
    }
  }

  @ParameterizedTest
  @CsvSource({"100, 36, 0.015", "10, 26, 0.68", "60, 60, 0.2", "20, 20, 0.9"})
  void aRunIsWorthNearlyWhatTheBestArmIsWorth(
      final double trunk, final double branch, final double decided) {
    final Shape shape = new Shape(trunk, branch, decided);
    double share = 0;
    double worst = 1;
    for (long seed = 1; seed <= RUNS; seed++) {
      final double run = run(shape, new SplittableRandom(seed)) / shape.best();
      share += run / RUNS;
      worst = Math.min(worst, run);
    }
    assertTrue(share >= 0.97, shape + " share=" + share + " worst=" + worst);
    assertTrue(worst >= 0.90, shape + " share=" + share + " worst=" + worst);
  }

  private static double run(final Shape shape, final SplittableRandom random) {
    final TwoStagePolicy policy = new TwoStagePolicy(MOST, 8, 40);
    final LearningOrder order = new LearningOrder(IN_FLIGHT, policy::learn);
    double worth = 0;
    double tokens = 0;
    for (int place = 0; place < GROUPS; place++) {
      order.start(place);
      final int children = (int) policy.rootTag(place);
      final GroupOutcome outcome = shape.group(children, random);
      order.end(place, outcome);
      tokens += outcome.computedTokens();
      worth += outcome.computedTokens() * shape.worth(children);
    }
    return worth / tokens;
  }
}
