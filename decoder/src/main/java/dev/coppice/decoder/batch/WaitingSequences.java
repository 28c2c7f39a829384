package dev.coppice.decoder.batch;

import java.util.Arrays;

/**
 * Holds the sequences that wait for a place in a batch, oldest branch first.
 *
 * <p>What is added is merged in at the next look, in one move of references per gap: a batch hands its
 * sequences back in the order it took them, so they come nearly sorted, and a heap would sift twice for
 * every token.
 *
 * <pre>
 *   items  | oldest ... youngest |      sorted
 *   added  | since the last look |      sorted and merged in by the next one
 * </pre>
 *
 * @thread the engine thread.
 * @cost add O(1); a look after adding k to n moves at most n references, and allocates nothing.
 */
final class WaitingSequences {
  private Sequence[] items = new Sequence[64];
  private Sequence[] added = new Sequence[64];
  private int sorted;
  private int fresh;

  void add(final Sequence sequence) {
    if (fresh == added.length) {
      added = Arrays.copyOf(added, fresh * 2);
    }
    added[fresh++] = sequence;
  }

  void remove(final Sequence sequence) {
    if (fresh > 0) {
      merge();
    }
    final int end = place(sequence.branch, sorted);
    for (int i = end - 1; i >= 0 && items[i].branch == sequence.branch; i--) {
      if (items[i] == sequence) {
        System.arraycopy(items, i + 1, items, i, sorted - i - 1);
        items[--sorted] = null;
        return;
      }
    }
  }

  int size() {
    return sorted + fresh;
  }

  boolean isEmpty() {
    return size() == 0;
  }

  /** Returns a sequence in the order of age. */
  Sequence get(final int index) {
    if (fresh > 0) {
      merge();
    }
    return items[index];
  }

  /** Puts a sequence that goes on waiting to the place of one that was looked at before. */
  void keep(final int index, final Sequence sequence) {
    items[index] = sequence;
  }

  /** Closes the gap between those kept and those not looked at. */
  void closeGap(final int kept, final int lookedAt) {
    System.arraycopy(items, lookedAt, items, kept, sorted - lookedAt);
    final int left = kept + sorted - lookedAt;
    Arrays.fill(items, left, sorted, null);
    sorted = left;
  }

  private void merge() {
    sortAdded();
    if (sorted + fresh > items.length) {
      items = Arrays.copyOf(items, Math.max(sorted + fresh, items.length * 2));
    }
    int end = sorted;
    int to = sorted + fresh;
    for (int k = fresh - 1; k >= 0; k--) {
      final int at = place(added[k].branch, end);
      final int younger = end - at;
      to -= younger;
      System.arraycopy(items, at, items, to, younger);
      items[--to] = added[k];
      added[k] = null;
      end = at;
    }
    sorted += fresh;
    fresh = 0;
  }

  /** Sorts by insertion: nearly all of them are in order. */
  private void sortAdded() {
    for (int i = 1; i < fresh; i++) {
      final Sequence sequence = added[i];
      int at = i;
      while (at > 0 && added[at - 1].branch > sequence.branch) {
        added[at] = added[at - 1];
        at--;
      }
      added[at] = sequence;
    }
  }

  /** Finds the first before an end that is younger than a branch. */
  private int place(final int branch, final int end) {
    int low = 0;
    int high = end;
    while (low < high) {
      final int middle = (low + high) >>> 1;
      if (items[middle].branch <= branch) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
