package dev.coppice.proxy.strand;

import dev.coppice.model.Work;
import java.util.List;
import java.util.Objects;

/**
 * Asks for the continuations of one path.
 *
 * @shape path int[T], the whole sequence so far.
 * @param rollout the number of the rollout: its strands keep one version of the weights where the
 *     runner ends trees on theirs.
 * @param path the tokens there are; kept, not changed.
 * @param key of the draws: with the position it fixes every token.
 * @param terms to draw on.
 * @param start where the path was sampled before, so that the runner need not look for it.
 * @param sinks one for every continuation wanted, at least one.
 */
public record Ask(
    int rollout, int[] path, long key, Terms terms, Start start, List<? extends TokenSink> sinks) {
  /** Checks that there is something to go on from and somebody to tell. */
  public Ask {
    Objects.requireNonNull(terms, "terms is null");
    Objects.requireNonNull(start, "start is null");
    sinks = List.copyOf(sinks);
    if (path.length == 0 || sinks.isEmpty()) {
      throw new IllegalArgumentException(
          "an asking needs a path and a sink: path=" + path.length + " sinks=" + sinks.size());
    }
  }

  /**
   * Says how to draw.
   *
   * @param work settings and stops that all tokens of the path have in common.
   * @param mostTokens of each continuation, at least 1.
   */
  public record Terms(Work.Terms work, int mostTokens) {}

  /**
   * Says what is known of the path.
   *
   * @param strand that ends where the new tokens of the path begin, or null.
   * @param shared whether others go on from the strand too, so that it is left as it is.
   * @param accounted leading tokens of the path that were booked when they were computed first.
   */
  public record Start(Strand strand, boolean shared, int accounted) {
    /** A path nothing is known of. */
    public static final Start NONE = new Start(null, false, 0);
  }
}
