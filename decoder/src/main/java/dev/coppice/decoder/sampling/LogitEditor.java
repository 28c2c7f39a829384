package dev.coppice.decoder.sampling;

import dev.coppice.trajectory.SamplingSettings.LogitRules;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Changes a row of logits as the rules say, by the path alone.
 *
 * <p>Tokens are counted anew for every row: nothing is kept along a path, so a fork, a preemption or
 * a resumed run has nothing to copy and nothing to lose. Counting a path of T tokens touches T
 * counters, and the softmax after it V logits.
 *
 * @shape one row of V logits at a time.
 * @thread one at a time.
 * @cost O(V + T) per row.
 */
final class LogitEditor {
  private final LogitRules rules;
  private final int[] holes;
  private float[] edited = new float[0];
  private int[] counts = new int[0];
  private int[] counted = new int[0];
  private int row;
  private int[] met = new int[16];

  /**
   * Says how rows are changed.
   *
   * @param rules to follow.
   * @param holes ids that stand for no token, and are masked.
   */
  LogitEditor(final LogitRules rules, final List<Integer> holes) {
    this.rules = rules;
    this.holes = holes.stream().mapToInt(Integer::intValue).sorted().toArray();
  }

  /** Whether rows are changed at all. */
  boolean edits() {
    return holes.length > 0 || rules.changeAnything();
  }

  /** Whether an id stands for no token. */
  boolean isHole(final int token) {
    return Arrays.binarySearch(holes, token) >= 0;
  }

  /** Whether end tokens are masked at the end of a path. */
  boolean masksEnds(final PathView path) {
    return path.length() - path.turnStart() < rules.minNewTokens();
  }

  /**
   * Changes a row.
   *
   * @param logits that hold it.
   * @param offset of its first logit.
   * @param length of the part that is drawn from.
   * @param path before the token to be drawn.
   * @return the changed row, from place 0; what is masked is negative infinity.
   */
  float[] edit(final float[] logits, final int offset, final int length, final PathView path) {
    if (edited.length < length) {
      edited = new float[length];
      counts = new int[length];
      counted = new int[length];
      row = 0;
    }
    System.arraycopy(logits, offset, edited, 0, length);
    if (masksEnds(path)) {
      for (final int end : path.endTokens()) {
        mask(end, length);
      }
    }
    for (final int hole : holes) {
      mask(hole, length);
    }
    for (final Map.Entry<Integer, Double> bias : rules.bias().entrySet()) {
      if (bias.getKey() < length) {
        edited[bias.getKey()] = (float) (edited[bias.getKey()] + bias.getValue());
      }
    }
    if (rules.penalise()) {
      penalise(path, length);
    }
    return edited;
  }

  private void mask(final int token, final int length) {
    if (token >= 0 && token < length) {
      edited[token] = Float.NEGATIVE_INFINITY;
    }
  }

  private void penalise(final PathView path, final int length) {
    final int distinct = count(path, length);
    for (int i = 0; i < distinct; i++) {
      final int token = met[i];
      double logit = edited[token];
      logit = logit > 0 ? logit / rules.repetition() : logit * rules.repetition();
      if (counts[token] > 0) {
        logit -= rules.frequency() * counts[token] + rules.presence();
      }
      edited[token] = (float) logit;
    }
  }

  /** Counts the tokens of the turn and lists those of the path; a token counts in the row it met. */
  private int count(final PathView path, final int length) {
    row++;
    int distinct = 0;
    for (int i = 0; i < path.length(); i++) {
      final int token = path.tokens()[i];
      if (token >= length) {
        continue;
      }
      if (counted[token] != row) {
        counted[token] = row;
        counts[token] = 0;
        if (distinct == met.length) {
          met = Arrays.copyOf(met, distinct * 2);
        }
        met[distinct++] = token;
      }
      if (i >= path.turnStart()) {
        counts[token]++;
      }
    }
    return distinct;
  }
}
