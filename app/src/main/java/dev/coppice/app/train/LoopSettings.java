package dev.coppice.app.train;

import dev.coppice.app.advantage.CreditAssigner;
import dev.coppice.app.advantage.CreditInOrder;
import dev.coppice.credit.AdvantageEstimator;
import dev.coppice.credit.Estimators;
import dev.coppice.credit.shared.SharedTokenRule;
import dev.coppice.training.policy.PolicySettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Holds what a training run is made of, wherever its rollouts come from.
 *
 * @param start folder of the weights to begin with.
 * @param schedule of the updates.
 * @param shape of the groups.
 * @param objective of an update.
 * @param seed of tasks and draws.
 */
public record LoopSettings(
    Path start, Schedule schedule, LocalRollouts.Shape shape, Objective objective, long seed) {

  /**
   * Says how many updates are made, of what size, at which rate.
   *
   * @param updates to make.
   * @param tokensPerUpdate computed tokens each update may cost; what one overdraws the next lacks.
   * @param learningRate of the first update.
   * @param finalShare of it that the last update has.
   */
  public record Schedule(
      int updates, long tokensPerUpdate, double learningRate, double finalShare) {
    /** Rejects runs without work. */
    public Schedule {
      if (updates < 1 || tokensPerUpdate < 1 || !(learningRate > 0)) {
        throw new IllegalArgumentException(
            "out of range: updates="
                + updates
                + " tokensPerUpdate="
                + tokensPerUpdate
                + " learningRate="
                + learningRate);
      }
    }

    /**
     * Computes the learning rate, which falls linearly.
     *
     * @param update counted from 0.
     * @return the rate of that update.
     */
    public double rate(final int update) {
      final double done = updates == 1 ? 0 : (double) update / (updates - 1);
      return learningRate * (1 - done * (1 - finalShare));
    }
  }

  /**
   * Says what an update is for.
   *
   * @param credit that scores groups.
   * @param policy settings of an update.
   * @param imitation how much a demonstration's tokens count beside the batch's.
   */
  public record Objective(Credit credit, PolicySettings policy, Imitation imitation) {}

  /**
   * Names the estimator.
   *
   * @param estimator of module {@code credit}.
   * @param options of the estimator.
   * @param rule for shared tokens.
   */
  public record Credit(String estimator, Map<String, String> options, SharedTokenRule rule) {
    /** Keeps a copy. */
    public Credit {
      options = Map.copyOf(options);
    }

    /**
     * Begins to score groups in the order of their numbers.
     *
     * @return what carries from group to group what the estimator learns.
     */
    public CreditInOrder inOrder() {
      final AdvantageEstimator scoring = Estimators.create(estimator, options);
      return new CreditInOrder(
          new CreditAssigner(List.of(scoring)), LocalRollouts.GROUPS_IN_FLIGHT);
    }
  }

  /**
   * Says how much is imitated beside the policy gradient.
   *
   * @param weight of the demonstrations' mean log-likelihood.
   * @param demonstrations per update; 0 for none.
   */
  public record Imitation(double weight, int demonstrations) {
    /** Imitates nothing. */
    public static final Imitation NONE = new Imitation(0, 0);
  }
}
