package dev.coppice.eventlog;

import dev.coppice.core.Core;
import dev.coppice.core.CoreCounters;
import dev.coppice.core.Effect;
import dev.coppice.core.Event;
import dev.coppice.core.State;
import dev.coppice.rollout.EngineConfig;
import dev.coppice.rollout.GroupResult;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Runs the core again over the events of a journal, without model, tools, threads or clock.
 *
 * <p>The groups it delivers are those of the run, token for token: what differs was changed after
 * the fact, or the code is not the code that ran.
 *
 * @thread one at a time.
 */
public final class JournalReplay {
  private final Core core;
  private final Consumer<GroupResult> listener;
  private final List<Effect> effects = new ArrayList<>();
  private WorldReplay worlds;

  /**
   * Starts before the first event.
   *
   * @param config the run had.
   * @param world the run had.
   * @param listener of the groups.
   */
  public JournalReplay(
      final EngineConfig config, final State.World world, final Consumer<GroupResult> listener) {
    this.core = new Core(config, world);
    this.listener = listener;
  }

  /**
   * Has the worlds asked again as well.
   *
   * @param replay that asks them; the caller closes it.
   */
  public void asking(final WorldReplay replay) {
    worlds = replay;
  }

  /**
   * Applies the next event of the journal.
   *
   * @param type of the event.
   * @param payload of the event, as it was appended.
   * @throws IllegalArgumentException if the bytes are no event.
   */
  public void accept(final int type, final byte[] payload) {
    effects.clear();
    final Event event = EventCodec.decode(type, new EventBytes(payload));
    core.step(event, effects);
    if (worlds != null) {
      worlds.applied(event, effects);
    }
    for (final Effect effect : effects) {
      if (effect instanceof Effect.GroupDone done) {
        listener.accept(done.result());
      }
    }
  }

  /**
   * Returns the counters of the replay.
   *
   * @return the counters after the last event.
   */
  public CoreCounters counters() {
    return core.counters();
  }

  /**
   * Checks the laws that hold between any two events.
   *
   * @throws IllegalStateException if one is broken.
   */
  public void checkIntegrity() {
    core.checkIntegrity();
  }
}
