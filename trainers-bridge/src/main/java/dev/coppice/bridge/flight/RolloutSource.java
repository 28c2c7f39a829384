package dev.coppice.bridge.flight;

import dev.coppice.bridge.outbox.PublishedWeights;
import java.util.List;
import java.util.Map;

/**
 * Stands for the engine behind the service.
 *
 * @thread any; calls come from many at once.
 */
public interface RolloutSource {
  /**
   * Returns the name of the run.
   *
   * @return the name.
   */
  String run();

  /**
   * Returns the model that samples.
   *
   * @return its name.
   */
  String model();

  /**
   * Returns the size of the configured set of tasks.
   *
   * @return the number of tasks; a request names them from 0.
   */
  int taskCount();

  /**
   * Returns the weights that rollouts sample from.
   *
   * @return the version.
   */
  int policyVersion();

  /**
   * Says why nothing is issued.
   *
   * @return the reason, or an empty string while groups are issued.
   */
  String pauseReason();

  /**
   * Returns the engine's counters.
   *
   * @return values by name.
   */
  Map<String, Long> counters();

  /** Stops issuing and computing until {@link #resume()}. */
  void pause();

  /** Goes on after {@link #pause()}. */
  void resume();

  /**
   * Has rollouts sample from new weights.
   *
   * @param weights to load; the old ones stay in use if they are refused.
   * @throws WeightsRefusedException if they are missing, damaged, or do not fit.
   * @throws InterruptedException if interrupted.
   */
  void publish(PublishedWeights weights) throws InterruptedException;

  /**
   * Names what learns from earlier groups in the order of their numbers; then nobody else may number
   * them, unless {@link #learnBehind} says how far behind.
   *
   * @return what learns, or an empty string.
   */
  default String learner() {
    return "";
  }

  /**
   * Says how many numbers lie between a group and the newest it learns from, in a fleet.
   *
   * @return the numbers, or 0 where this engine learns from its own groups alone.
   */
  default int learnBehind() {
    return 0;
  }

  /**
   * Finds what groups taught that ended here, or whose lessons came.
   *
   * @param groups their numbers.
   * @return lessons as JSON by their groups; those of other groups are left out.
   */
  default Map<Long, String> lessons(final List<Long> groups) {
    return Map.of();
  }

  /**
   * Takes what groups taught that ended on other engines; all or nothing.
   *
   * @param lessons as JSON; one taken before changes nothing.
   * @return how many are new.
   * @throws IllegalArgumentException if one is no lesson, or its group has not ended here; the
   *     message names it.
   */
  default int learn(final List<String> lessons) {
    throw new IllegalArgumentException("learn: nothing here learns from other engines' groups");
  }

  /** Ends the process soon; what is durable stays. */
  void shutdown();

  /**
   * Notes for people what happened.
   *
   * @param line of text.
   */
  void note(String line);
}
