package dev.coppice.app.experiment;

import dev.coppice.episode.Environment;
import dev.coppice.episode.Episode;
import dev.coppice.episode.ForwardingEpisode;
import dev.coppice.trajectory.Task;
import java.util.Map;

/**
 * Begins episodes in the middle of others: with a copy of their world, and the tokens of their path.
 *
 * @thread any.
 */
final class SideEnvironment extends ForwardingEnvironment {
  private final Map<Long, Start> starts;

  /** Takes where the episode of each seed begins. */
  SideEnvironment(final Environment base, final Map<Long, Start> starts) {
    super(base);
    this.starts = Map.copyOf(starts);
  }

  /**
   * Says where an episode begins.
   *
   * @param world copied for every continuation.
   * @param ids the tokens the model has read.
   */
  record Start(Episode world, int[] ids) {}

  @Override
  public Episode start(final Task task, final long seed) {
    final Start start = starts.get(seed);
    if (start == null) {
      throw new IllegalStateException("the path does not come to the place: task=" + task.id());
    }
    synchronized (start) {
      return new Continued(start.world().fork(), start.ids());
    }
  }

  /** Goes on from where another episode stood. */
  private static final class Continued extends ForwardingEpisode {
    private final int[] ids;

    Continued(final Episode base, final int[] ids) {
      super(base);
      this.ids = ids;
    }

    @Override
    public int[] promptTokens() {
      return ids.clone();
    }

    @Override
    protected Episode around(final Episode fork) {
      return new Continued(fork, ids);
    }
  }
}
