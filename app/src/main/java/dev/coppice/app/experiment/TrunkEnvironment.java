package dev.coppice.app.experiment;

import dev.coppice.episode.Environment;
import dev.coppice.episode.Episode;
import dev.coppice.episode.EpisodePlan;
import dev.coppice.episode.ForwardingEpisode;
import dev.coppice.episode.Observation;
import dev.coppice.episode.Score;
import dev.coppice.trajectory.StopReason;
import dev.coppice.trajectory.Task;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps a copy of every world at the turns where paths may be forked.
 *
 * @thread any; an episode one at a time.
 * @cost a fork of the world for each turn kept.
 */
final class TrunkEnvironment extends ForwardingEnvironment implements AutoCloseable {
  private final ForkPlace place;
  private final Map<Turn, Episode> kept = new ConcurrentHashMap<>();
  private final Map<Long, EpisodePlan> plans = new ConcurrentHashMap<>();

  TrunkEnvironment(final Environment base, final ForkPlace place) {
    super(base);
    this.place = place;
  }

  /**
   * Names a turn of a path.
   *
   * @param seed of the world.
   * @param turn from 0.
   */
  record Turn(long seed, int turn) {}

  @Override
  public Episode start(final Task task, final long seed) {
    final Episode episode = base().start(task, seed);
    plans.put(seed, episode.plan());
    return new Watched(episode, seed, 0);
  }

  /** Returns the world as it was at the beginning of a turn, or null where it was not kept. */
  Episode kept(final Turn turn) {
    return kept.get(turn);
  }

  /** Returns the turn in which the episode of a seed decides, or -1 where it did not begin. */
  int decisionTurn(final long seed) {
    final EpisodePlan plan = plans.get(seed);
    return plan == null ? -1 : plan.decisionTurn();
  }

  private boolean isWanted(final long seed, final int turn) {
    return switch (place.kind()) {
      case DECISION -> turn == decisionTurn(seed);
      case TURN -> turn == place.turn();
      case CALL, BEFORE_FOLD -> true;
    };
  }

  /** Closes the copies. */
  @Override
  public void close() {
    kept.values().forEach(Episode::close);
    kept.clear();
  }

  /** Keeps copies of one world before each of its turns is acted on. */
  private final class Watched extends ForwardingEpisode {
    private final long seed;
    private int turn;

    Watched(final Episode base, final long seed, final int turn) {
      super(base);
      this.seed = seed;
      this.turn = turn;
    }

    private void keep() {
      final Turn here = new Turn(seed, turn);
      if (isWanted(seed, turn) && !kept.containsKey(here)) {
        kept.put(here, base().fork());
      }
    }

    @Override
    public Observation call(final String text) throws Exception {
      keep();
      turn++;
      return base().call(text);
    }

    @Override
    public Observation call(final String text, final String whole) throws Exception {
      keep();
      turn++;
      return base().call(text, whole);
    }

    @Override
    public List<Observation> calls(final List<String> texts, final String whole) throws Exception {
      keep();
      turn++;
      return base().calls(texts, whole);
    }

    @Override
    public Observation say(final String whole, final String end) throws Exception {
      keep();
      turn++;
      return base().say(whole, end);
    }

    @Override
    public Score finish(final String answer) throws Exception {
      keep();
      return base().finish(answer);
    }

    @Override
    public Score truncated(final StopReason reason) {
      keep();
      return base().truncated(reason);
    }

    @Override
    protected Episode around(final Episode fork) {
      return new Watched(fork, seed, turn);
    }
  }
}
