package dev.coppice.environments.tool;

import dev.coppice.environments.canonical.CanonicalJson;
import dev.coppice.environments.canonical.StateDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Remembers which results an agent has seen, as digests, and what a world noted of them.
 *
 * <p>A later memory links to the earlier one, so branches share what they saw together.
 *
 * @cost 32 bytes per result.
 * @thread immutable, any thread
 */
public final class SeenResults {
  private static final int HEXADECIMAL = 16;

  /** Has seen nothing. */
  public static final SeenResults NOTHING = new SeenResults(0, null, null);

  private final long digest;
  private final String note;
  private final SeenResults earlier;

  private SeenResults(final long digest, final String note, final SeenResults earlier) {
    this.digest = digest;
    this.note = note;
    this.earlier = earlier;
  }

  /**
   * Adds a result.
   *
   * @param result of a call that worked.
   * @param noted what the world noted of it, or null.
   * @return a memory that links to this one.
   */
  public SeenResults and(final String result, final String noted) {
    return new SeenResults(digest(result), noted, this);
  }

  /**
   * Lists what the world noted.
   *
   * @return the notes in the order of their calls; calls without a note are left out.
   */
  public List<String> notes() {
    final List<String> notes = new ArrayList<>();
    for (SeenResults seen = this; seen.earlier != null; seen = seen.earlier) {
      if (seen.note != null) {
        notes.add(seen.note);
      }
    }
    Collections.reverse(notes);
    return notes;
  }

  /**
   * Counts the results that were not seen; a result that is listed twice must have been seen twice.
   *
   * @param results as canonical JSON.
   * @return the number of missing results.
   */
  public int missing(final List<String> results) {
    final List<Long> left = new ArrayList<>(results.stream().map(SeenResults::digest).toList());
    for (SeenResults seen = this; seen.earlier != null; seen = seen.earlier) {
      left.remove((Long) seen.digest);
    }
    return left.size();
  }

  /**
   * Digests all results that were seen and what was noted of them, in their order.
   *
   * @return 16 hexadecimal digits.
   */
  public String digest() {
    final StringBuilder text = new StringBuilder();
    for (SeenResults seen = this; seen.earlier != null; seen = seen.earlier) {
      text.append(Long.toHexString(seen.digest)).append(' ');
      if (seen.note != null) {
        text.append(CanonicalJson.write(seen.note));
      }
    }
    return StateDigest.of(text.toString());
  }

  private static long digest(final String result) {
    return Long.parseUnsignedLong(StateDigest.of(result), HEXADECIMAL);
  }
}
