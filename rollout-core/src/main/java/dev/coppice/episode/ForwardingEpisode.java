package dev.coppice.episode;

import dev.coppice.trajectory.StopReason;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;

/**
 * Passes everything on to another episode but forks, which must be wrapped as well.
 *
 * @thread as the wrapped episode.
 */
public abstract class ForwardingEpisode implements Episode {
  private final Episode base;

  /**
   * Wraps an episode.
   *
   * @param base to wrap; closed with this one.
   */
  protected ForwardingEpisode(final Episode base) {
    this.base = Objects.requireNonNull(base, "base is null");
  }

  /**
   * Returns the wrapped episode.
   *
   * @return what was given to the constructor.
   */
  protected final Episode base() {
    return base;
  }

  @Override
  public String prompt() {
    return base.prompt();
  }

  @Override
  public int[] promptTokens() {
    return base.promptTokens();
  }

  @Override
  public EpisodePlan plan() {
    return base.plan();
  }

  @Override
  public Observation call(final String text) throws Exception {
    return base.call(text);
  }

  @Override
  public Observation call(final String text, final String turn) throws Exception {
    return base.call(text, turn);
  }

  @Override
  public Observation say(final String turn, final String end) throws Exception {
    return base.say(turn, end);
  }

  @Override
  public List<Observation> calls(final List<String> texts, final String turn) throws Exception {
    return texts.size() == 1
        ? Collections.singletonList(call(texts.getFirst(), turn))
        : base.calls(texts, turn);
  }

  @Override
  public List<Observation> shortened(final List<Observation> last, final UnaryOperator<String> cut)
      throws Exception {
    return base.shortened(last, cut);
  }

  @Override
  public Score finish(final String answer) throws Exception {
    return base.finish(answer);
  }

  @Override
  public Score truncated(final StopReason reason) {
    return base.truncated(reason);
  }

  @Override
  public final Episode fork() {
    return around(base.fork());
  }

  @Override
  public Episode fork(final long noise) {
    return around(base.fork(noise));
  }

  /**
   * Wraps a fork of the wrapped episode as this one is wrapped.
   *
   * @param fork of {@link #base}.
   * @return the fork of this.
   */
  protected abstract Episode around(Episode fork);

  @Override
  public String digest() {
    return base.digest();
  }

  @Override
  public void close() {
    base.close();
  }
}
