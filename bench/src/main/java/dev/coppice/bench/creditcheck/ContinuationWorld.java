package dev.coppice.bench.creditcheck;

import dev.coppice.episode.Dialect;
import dev.coppice.episode.Environment;
import dev.coppice.episode.Episode;
import dev.coppice.episode.EpisodePlan;
import dev.coppice.episode.ForwardingEpisode;
import dev.coppice.model.Tokenizer;
import dev.coppice.trajectory.Task;
import java.util.List;

/**
 * Offers places in the middle of episodes as tasks of their own: the prompt is what was seen so far.
 *
 * <p>A place is entered by its token ids, since text decoded and encoded again may give others. An
 * episode names its place where a prompt would stand, and {@link #tokenizer} knows the ids behind it.
 *
 * @thread as the environment it continues.
 */
final class ContinuationWorld implements Environment {
  /** Begins with a character for private use, so that no environment writes it. */
  private static final String MARK = "\uE000place ";

  private final Dialect dialect;
  private final List<Place> places;

  /** A place to continue from: the tokens so far and the world there. */
  record Place(int[] tokens, Episode world) {}

  ContinuationWorld(final Dialect dialect, final List<Place> places) {
    this.dialect = dialect;
    this.places = List.copyOf(places);
  }

  /** Returns a tokenizer that gives a place its ids, and other text what the model's own gives. */
  Tokenizer tokenizer(final Tokenizer model) {
    return new PlaceTokenizer(model, places);
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
    return new Continued(index, places.get(index).world().fork());
  }

  private static final class Continued extends ForwardingEpisode {
    private final int place;

    private Continued(final int place, final Episode world) {
      super(world);
      this.place = place;
    }

    @Override
    public String prompt() {
      return MARK + place;
    }

    @Override
    public EpisodePlan plan() {
      return new EpisodePlan(0, 1);
    }

    @Override
    protected Episode around(final Episode fork) {
      return new Continued(place, fork);
    }
  }

  private record PlaceTokenizer(Tokenizer model, List<Place> places) implements Tokenizer {
    @Override
    public int[] encode(final String text) {
      return text.startsWith(MARK)
          ? places.get(Integer.parseInt(text.substring(MARK.length()))).tokens().clone()
          : model.encode(text);
    }

    @Override
    public String decode(final int[] tokens) {
      return model.decode(tokens);
    }

    @Override
    public String piece(final int token) {
      return model.piece(token);
    }

    @Override
    public int beginToken() {
      return model.beginToken();
    }

    @Override
    public int endToken() {
      return model.endToken();
    }

    @Override
    public int vocabularySize() {
      return model.vocabularySize();
    }

    /** Closes nothing: the model's tokenizer stays with whoever opened it. */
    @Override
    public void close() {}
  }
}
