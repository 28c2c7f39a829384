package dev.coppice.allocation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Bernoulli tasks of known p: which allocation brings most contrast of rewards a token. */
final class AllocationSimulationTest {
  private static final int TASKS = 400;
  private static final int EPOCHS = 12;
  private static final int WARM_EPOCHS = 2;
  private static final int MEAN = 8;
  private static final int IN_FLIGHT = 32;
  private static final int COST = 40;

  /** Sums of a run after the epochs in which tasks become known. */
  private static final class Sums {
    private double mass;
    private double mixed;
    private double tokens;
    private double unbiased;
    private double unbiasedDraws;
    private double groupMeans;
    private double draws;

    void add(final int n, final int k, final int cost) {
      tokens += (double) n * cost;
      mass += n == 0 ? 0 : (double) k * (n - k) / n;
      mixed += k > 0 && k < n ? 1 : 0;
      groupMeans += n == 0 ? 0 : (double) k / n;
      draws += n;
    }

    double massPer1k() {
      return 1000 * mass / tokens;
    }

    double mixedPer1k() {
      return 1000 * mixed / tokens;
    }
  }

  @Test
  void massRisesFromUniformOverProbeAndHistoryToTheOracle() {
    for (long seed = 1; seed <= 5; seed++) {
      final double[] p = tasks(seed);
      final Sums uniform = run(fixed(p, MEAN), p, seed);
      final Sums probe = run(new ProbeAllocation(4, 16), p, seed);
      final Sums history =
          run(new HistoryAllocation(HistoryAllocation.Sizes.DEFAULT, MEAN), p, seed);
      final Sums oracle = run(oracle(p), p, seed);
      final Sums untilMixed = run(new UntilMixedAllocation(2, 8), p, seed);

      final String figures =
          String.format(
              "seed=%d uniform %.2f probe %.2f history %.2f oracle %.2f until mixed %.2f",
              seed,
              uniform.massPer1k(),
              probe.massPer1k(),
              history.massPer1k(),
              oracle.massPer1k(),
              untilMixed.massPer1k());
      assertTrue(probe.massPer1k() > 1.1 * uniform.massPer1k(), figures);
      assertTrue(history.massPer1k() > 1.1 * probe.massPer1k(), figures);
      assertTrue(oracle.massPer1k() > history.massPer1k(), figures);
      assertTrue(untilMixed.massPer1k() < 0.9 * uniform.massPer1k(), figures);
      assertTrue(untilMixed.mixedPer1k() > 1.2 * uniform.mixedPer1k(), figures);
      assertEquals(MEAN, history.draws / (TASKS * (EPOCHS - WARM_EPOCHS)), 0.8, figures);
    }
  }

  @Test
  void aMeanOverDrawsThatRewardsDecidedIsBiasedAndOneOverTheOthersIsNot() {
    final double[] p = new double[TASKS];
    Arrays.fill(p, 0.15);
    double first = 0;
    double firstDraws = 0;
    double all = 0;
    int groups = 0;
    for (long seed = 1; seed <= 20; seed++) {
      final Sums sums = run(new UntilMixedAllocation(2, 8), p, seed);
      first += sums.unbiased;
      firstDraws += sums.unbiasedDraws;
      all += sums.groupMeans;
      groups += TASKS * (EPOCHS - WARM_EPOCHS);
    }
    final double error = Math.sqrt(0.15 * 0.85 / firstDraws);
    assertEquals(0.15, first / firstDraws, 4 * error);
    assertTrue(Math.abs(all / groups - 0.15) > 8 * error, "all=" + all / groups);
  }

  @Test
  void drawsThatShareATreeTeachWhatDrawsOfTheirOwnTeach() {
    final HistoryAllocation apart = new HistoryAllocation(HistoryAllocation.Sizes.DEFAULT, MEAN);
    final HistoryAllocation together = new HistoryAllocation(HistoryAllocation.Sizes.DEFAULT, MEAN);
    final long seed = new java.util.Random().nextLong();
    final SplittableRandom random = new SplittableRandom(seed);
    for (int place = 0; place < 2000; place++) {
      final int task = random.nextInt(TASKS);
      final GroupAllocation.First first = apart.open(task, place);
      assertEquals(first, together.open(task, place), "seed=" + seed);
      final List<Integer> rewards = new ArrayList<>();
      for (int draw = 0; draw < first.draws(); draw++) {
        rewards.add(random.nextInt(TASKS) < task ? 1 : 0);
      }
      final int solved = rewards.stream().mapToInt(Integer::intValue).sum();
      final long cost = (long) COST * rewards.size();
      final GroupOutcome.Tree shared =
          new GroupOutcome.Tree(
              rewards.size(),
              new GroupOutcome.Rewards(rewards.size(), solved, solved),
              cost,
              cost,
              cost);
      apart.learn(outcome(task, rewards));
      together.learn(new GroupOutcome(task, rewards.isEmpty() ? List.of() : List.of(shared)));
    }
  }

  @Test
  void thePosteriorIsThatOfJeffreysPrior() {
    assertEquals(0.125, HistoryAllocation.contrast(0, 0), 1e-12);
    assertEquals(4.5 * 4.5 / (9 * 10), HistoryAllocation.contrast(4, 8), 1e-12);
    assertEquals(0.5 * 8.5 / (9 * 10), HistoryAllocation.contrast(0, 8), 1e-12);
  }

  /** Runs all tasks epoch after epoch, with the engine's rule of what may be learned when. */
  private static Sums run(final GroupAllocation allocation, final double[] p, final long seed) {
    final SplittableRandom random = new SplittableRandom(seed);
    final LearningOrder order = new LearningOrder(IN_FLIGHT, allocation::learn);
    final Sums sums = new Sums();
    for (int place = 0; place < EPOCHS * TASKS; place++) {
      final int task = place % TASKS;
      order.start(place);
      final GroupAllocation.First first = allocation.open(task, place);
      final List<Integer> rewards = new ArrayList<>();
      for (int wave = first.draws(); wave > 0; wave = allocation.more(seen(rewards))) {
        for (int draw = 0; draw < wave; draw++) {
          rewards.add(random.nextDouble() < p[task] ? 1 : 0);
        }
      }
      order.end(place, outcome(task, rewards));
      if (place >= WARM_EPOCHS * TASKS) {
        final int solved = rewards.stream().mapToInt(Integer::intValue).sum();
        sums.add(rewards.size(), solved, COST);
        for (int draw = 0; draw < first.unbiased(); draw++) {
          sums.unbiased += rewards.get(draw);
          sums.unbiasedDraws++;
        }
      }
    }
    return sums;
  }

  private static GroupAllocation.Seen seen(final List<Integer> rewards) {
    return new GroupAllocation.Seen(
        rewards.size(),
        rewards.size(),
        rewards.stream().mapToInt(Integer::intValue).min().orElse(1),
        rewards.stream().mapToInt(Integer::intValue).max().orElse(0));
  }

  private static GroupOutcome outcome(final int task, final List<Integer> rewards) {
    final List<GroupOutcome.Tree> trees = new ArrayList<>();
    rewards.forEach(reward -> trees.add(tree(1, new GroupOutcome.Rewards(1, reward, reward))));
    return new GroupOutcome(task, trees);
  }

  private static GroupOutcome.Tree tree(final int draws, final GroupOutcome.Rewards rewards) {
    return new GroupOutcome.Tree(draws, rewards, COST, COST, COST);
  }

  /** Draws tasks as the shipped ones are: many hopeless or sure, some between. */
  private static double[] tasks(final long seed) {
    final SplittableRandom random = new SplittableRandom(seed);
    final double[] p = new double[TASKS];
    for (int task = 0; task < TASKS; task++) {
      final double middle = random.nextDouble();
      final double spread = random.nextDouble();
      p[task] = spread < 0.35 ? 0.02 * middle : spread < 0.5 ? 1 - 0.05 * middle : middle;
    }
    return p;
  }

  private static GroupAllocation fixed(final double[] p, final int draws) {
    return sized(task -> draws);
  }

  /** Gives sixteen draws to the half of the tasks with the most {@code p (1 - p)}. */
  private static GroupAllocation oracle(final double[] p) {
    final double[] contrast = Arrays.stream(p).map(q -> q * (1 - q)).sorted().toArray();
    final double bound = contrast[TASKS / 2];
    return sized(task -> p[task] * (1 - p[task]) >= bound ? 2 * MEAN : 0);
  }

  private static GroupAllocation sized(final java.util.function.IntUnaryOperator size) {
    return new GroupAllocation() {
      @Override
      public String name() {
        return "sized";
      }

      @Override
      public First open(final int task, final long place) {
        return First.fixed(size.applyAsInt(task));
      }
    };
  }
}
