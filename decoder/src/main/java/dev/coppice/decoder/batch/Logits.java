package dev.coppice.decoder.batch;

import java.util.HashMap;
import java.util.Map;

/**
 * Holds the logits of a forward pass in one flat array that grows and is used again.
 *
 * @shape values float[rows * V], row after row.
 * @thread one at a time.
 */
public final class Logits {
  private float[] values = new float[0];
  private final Map<Integer, String> failures = new HashMap<>();
  private int rows;
  private int vocabularySize;

  /**
   * Makes room for a pass.
   *
   * @param newRows the number of rows.
   * @param newVocabularySize the number of logits per row.
   * @return the array to fill, at least {@code newRows * newVocabularySize} long.
   */
  public float[] reset(final int newRows, final int newVocabularySize) {
    failures.clear();
    rows = newRows;
    vocabularySize = newVocabularySize;
    final int needed = Math.multiplyExact(newRows, newVocabularySize);
    if (values.length < needed) {
      values = new float[Math.max(needed, values.length * 2)];
    }
    return values;
  }

  /**
   * Returns the array behind the rows.
   *
   * @return the array; row {@code r} starts at {@link #offset(int)}.
   */
  public float[] values() {
    return values;
  }

  /**
   * Returns the start of a row.
   *
   * @param row from 0.
   * @return the index of its first logit in {@link #values()}.
   */
  public int offset(final int row) {
    return row * vocabularySize;
  }

  /**
   * Notes that a row could not be computed; its values mean nothing, the other rows are right.
   *
   * @param row from 0.
   * @param reason for a person.
   */
  public void fail(final int row, final String reason) {
    failures.put(row, reason);
  }

  /**
   * Returns why a row could not be computed.
   *
   * @param row from 0.
   * @return the reason, or null.
   */
  public String failure(final int row) {
    return failures.isEmpty() ? null : failures.get(row);
  }

  /**
   * Returns the number of rows of the last pass.
   *
   * @return the number of rows.
   */
  public int rows() {
    return rows;
  }

  /**
   * Returns the number of logits per row.
   *
   * @return the size of the vocabulary.
   */
  public int vocabularySize() {
    return vocabularySize;
  }
}
