package dev.coppice.environments.tool;

import dev.coppice.environments.episode.StateDigest;
import java.util.ArrayList;
import java.util.List;

/**
 * Remembers which results an agent has seen, as digests.
 *
 * <p>A later memory links to the earlier one, so branches share what they saw together.
 *
 * @cost 24 bytes per result.
 * @thread immutable, any thread
 */
public final class Seen {
  private static final int HEXADECIMAL = 16;

  /** Has seen nothing. */
  static final Seen NOTHING = new Seen(0, null);

  private final long digest;
  private final Seen earlier;

  private Seen(final long digest, final Seen earlier) {
    this.digest = digest;
    this.earlier = earlier;
  }

  /** Adds a result. */
  Seen and(final String result) {
    return new Seen(digest(result), this);
  }

  /**
   * Counts the results that were not seen; a result that is listed twice must have been seen twice.
   *
   * @param results as canonical JSON.
   * @return the number of missing results.
   */
  public int missing(final List<String> results) {
    final List<Long> left = new ArrayList<>(results.stream().map(Seen::digest).toList());
    for (Seen seen = this; seen.earlier != null; seen = seen.earlier) {
      left.remove((Long) seen.digest);
    }
    return left.size();
  }

  private static long digest(final String result) {
    return Long.parseUnsignedLong(StateDigest.of(result), HEXADECIMAL);
  }
}
