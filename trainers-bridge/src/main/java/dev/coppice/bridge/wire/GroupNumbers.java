package dev.coppice.bridge.wire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Says how groups are numbered and what id a number has.
 *
 * <p>A group that the engine made brings its number along. A trace file holds ids alone; there the
 * rule is: {@code g} and 1 to 12 digits is that number; any other id takes the lowest 43 bits of the
 * first 8 bytes of its SHA-256, read as a big-endian number.
 *
 * @thread any; stateless.
 */
public final class GroupNumbers {
  /** The bits of a rollout's number that hold the place of the path in its group. */
  private static final int LEAF_BITS = 20;

  /** The largest number of a group. */
  public static final long MAX = (1L << (Long.SIZE - 1 - LEAF_BITS)) - 1;

  private static final int MAX_DIGITS = 12;

  private GroupNumbers() {}

  /**
   * Makes the id of a group of a run.
   *
   * @param number of the group, from 0.
   * @return the id, for example {@code g17}.
   */
  public static String id(final long number) {
    return "g" + number;
  }

  /**
   * Finds the number of a group of which only the id is known.
   *
   * @param id as a trace has it.
   * @return the number, 0 to {@link #MAX}.
   */
  public static long ofId(final String id) {
    final boolean counted =
        id.length() > 1
            && id.length() <= 1 + MAX_DIGITS
            && id.charAt(0) == 'g'
            && id.chars().skip(1).allMatch(letter -> letter >= '0' && letter <= '9');
    return counted ? Long.parseLong(id, 1, id.length(), 10) : ofDigest(id);
  }

  /** Numbers a row of a group, uniquely in the run. */
  static long rollout(final long group, final int row) {
    if (row >= 1 << LEAF_BITS) {
      throw new IllegalArgumentException("too many paths in one group: leaf=" + row);
    }
    return group << LEAF_BITS | row;
  }

  private static long ofDigest(final String id) {
    try {
      final byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(id.getBytes(StandardCharsets.UTF_8));
      return ByteBuffer.wrap(digest).getLong() & MAX;
    } catch (final NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
