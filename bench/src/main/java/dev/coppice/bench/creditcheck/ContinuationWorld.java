package dev.coppice.bench.creditcheck;

import dev.coppice.episode.Dialect;
import dev.coppice.episode.Environment;
import dev.coppice.episode.Episode;
import dev.coppice.episode.EpisodePlan;
import dev.coppice.episode.ForwardingEpisode;
import dev.coppice.trajectory.Task;
import java.util.List;

/**
 * Offers places in the middle of episodes as tasks of their own: the prompt is the text so far.
 *
 * @thread as the environment it continues.
 */
final class ContinuationWorld implements Environment {
  private final Dialect dialect;
  private final List<Place> places;

  /** A place to continue from: the text so far and the world there. */
  record Place(String text, Episode world) {}

  ContinuationWorld(final Dialect dialect, final List<Place> places) {
    this.dialect = dialect;
    this.places = List.copyOf(places);
  }

  @Override
  public String name() {
    return "continuation";
  }

  @Override
  public Dialect dialect() {
    return dialect;
  }

  @Override
  public int taskCount() {
    return places.size();
  }

  @Override
  public Task task(final int index) {
    return new Task("continuation/" + index, "{\"place\":" + index + "}");
  }

  @Override
  public Episode start(final Task task, final long seed) {
    final int index = Integer.parseInt(task.id().substring(task.id().indexOf('/') + 1));
    return new Continued(places.get(index).text(), places.get(index).world().fork());
  }

  private static final class Continued extends ForwardingEpisode {
    private final String prompt;

    private Continued(final String prompt, final Episode world) {
      super(world);
      this.prompt = prompt;
    }

    @Override
    public String prompt() {
      return prompt;
    }

    @Override
    public EpisodePlan plan() {
      return new EpisodePlan(0, 1);
    }

    @Override
    protected Episode around(final Episode fork) {
      return new Continued(prompt, fork);
    }
  }
}
