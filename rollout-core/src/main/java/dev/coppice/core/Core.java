package dev.coppice.core;

import dev.coppice.model.Quotes;
import dev.coppice.rollout.EngineConfig;
import java.util.List;

/**
 * Steps the state machine: {@code step(event) -> effects}.
 *
 * <p>It owns the state and the three machines that change it. {@link Scheduler} knows no other
 * machine, Groups knows the scheduler, Growth knows both:
 *
 * <pre>
 *   Core --&gt; Growth --&gt; Groups --&gt; Scheduler --&gt; State
 * </pre>
 *
 * <p>No clock, no thread, no model and no world is touched here, and every decision follows from the
 * events alone: a seed and a journal replay a run exactly.
 *
 * @thread the engine thread.
 */
public final class Core {
  private final State state;
  private final Scheduler scheduler;
  private final Groups groups;
  private final Growth growth;

  /**
   * Makes a core before its first event.
   *
   * @param config of the engine.
   * @param world of the model and the tasks.
   */
  public Core(final EngineConfig config, final State.World world) {
    state = new State(config, world);
    scheduler = new Scheduler(state);
    groups = new Groups(state, scheduler);
    growth = new Growth(state, scheduler, groups);
  }

  /**
   * Applies one event.
   *
   * @param event to apply.
   * @param effects to be extended, in the order they must be carried out.
   */
  public void step(final Event event, final List<Effect> effects) {
    switch (event) {
      case Event.GroupOffered offered -> groups.offer(offered, effects);
      case Event.GroupRestored restored -> groups.restore(restored, effects);
      case Event.LessonTaken lesson -> groups.learn(lesson, effects);
      case Event.Quoted quoted -> pay(quoted.quotes(), effects);
      case Event.Drawn drawn -> growth.drawn(drawn.draws(), effects);
      case Event.WorkExpired expired -> growth.expired(expired, effects);
      case Event.WeightsSwapped swapped -> swap(swapped.version(), effects);
      case Event.CallDone done -> growth.callDone(done, effects);
      case Event.Scored scored -> growth.scored(scored, effects);
    }
    scheduler.fillRoom(effects);
  }

  private void pay(final Quotes quotes, final List<Effect> effects) {
    for (int row = 0; row < quotes.rows(); row++) {
      final Branch branch = scheduler.asking(quotes, row);
      if (branch != null && !scheduler.pay(branch, quotes, row)) {
        growth.declined(branch, effects);
      }
    }
  }

  private void swap(final int version, final List<Effect> effects) {
    if (version != state.policyVersion + 1) {
      throw new IllegalStateException(
          "versions rise by one: version=" + version + " newest=" + state.policyVersion);
    }
    state.policyVersion = version;
    state.counters.weightSwaps++;
    effects.add(new Effect.UseWeights(version));
  }

  /**
   * Returns the counters.
   *
   * @return the live counters.
   */
  public CoreCounters counters() {
    return state.counters;
  }

  /**
   * Checks the laws that hold between any two events.
   *
   * @throws IllegalStateException if one is broken.
   */
  public void checkIntegrity() {
    state.checkIntegrity(scheduler.waiting());
  }
}
