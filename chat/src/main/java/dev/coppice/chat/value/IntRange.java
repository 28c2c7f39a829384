package dev.coppice.chat.value;

import java.util.AbstractList;

/**
 * Is Python's {@code range}, with the sandbox's bound on its length.
 *
 * @thread any; immutable.
 */
public final class IntRange extends AbstractList<Object> {
  private static final long LARGEST = 100_000;

  private final long start;
  private final long stop;
  private final long step;
  private final int size;

  /**
   * Makes a range.
   *
   * @param start first number.
   * @param stop the bound that is not reached.
   * @param step between numbers, not 0.
   */
  public IntRange(final long start, final long stop, final long step) {
    if (step == 0) {
      throw new TemplateException("range() arg 3 must not be zero");
    }
    final long distance = step > 0 ? stop - start : start - stop;
    final long count = distance <= 0 ? 0 : (distance - 1) / Math.abs(step) + 1;
    if (count > LARGEST) {
      throw new TemplateException("range is longer than " + LARGEST + ": length=" + count);
    }
    this.start = start;
    this.stop = stop;
    this.step = step;
    size = (int) count;
  }

  @Override
  public Object get(final int index) {
    return start + index * step;
  }

  @Override
  public int size() {
    return size;
  }

  /** Returns the text Python prints. */
  @Override
  public String toString() {
    return "range(" + start + ", " + stop + (step == 1 ? "" : ", " + step) + ")";
  }
}
