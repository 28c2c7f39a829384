package dev.coppice.bridge.wire;

import dev.coppice.trajectory.NodeMark;
import java.util.ArrayList;
import java.util.List;

/**
 * Holds one path from the root to a leaf, its shared tokens included.
 *
 * <p>A path stands for {@code path.draws()} samples: a loss over rows weighs each by them, or takes
 * {@link #perDraw} instead, which repeats them.
 *
 * @param path that ends in the leaf.
 * @param promptLen the place of the first sampled token, or the number of tokens if there is none.
 * @param columns of the whole path; the mask is 0 everywhere on a path without a reward, and an
 *     advantage 0 where nothing was sampled.
 * @param marks of the path's nodes, node after node.
 */
public record FlatRow(LeafRow path, int promptLen, TokenColumns columns, List<MarkRun> marks) {
  /** Copies the list. */
  public FlatRow {
    marks = List.copyOf(marks);
  }

  /**
   * Says what a trainer must know of the tokens of one node.
   *
   * @param start the node's first token, counted from the first of the path.
   * @param length of the node in tokens; 0 where a node without tokens is marked.
   * @param mark of the tokens.
   */
  public record MarkRun(int start, int length, NodeMark mark) {}

  /**
   * Repeats rows of paths, one row per draw.
   *
   * @param paths of one group, in order.
   * @return rows of one draw each, numbered anew in their order; a row keeps the place of its path.
   */
  public static List<FlatRow> perDraw(final List<FlatRow> paths) {
    final List<FlatRow> rows = new ArrayList<>();
    for (final FlatRow row : paths) {
      for (int draw = 0; draw < row.path.draws(); draw++) {
        final LeafRow.Place place = row.path.place().numbered(rows.size());
        final LeafRow one =
            new LeafRow(
                place,
                row.path.outcome(),
                1,
                row.path.weight() / row.path.draws(),
                row.path.advantage());
        rows.add(new FlatRow(one, row.promptLen, row.columns, row.marks));
      }
    }
    return rows;
  }

  /**
   * Returns whether two paths are the same in every token and number.
   *
   * @param other path.
   * @return true if nothing differs but the place of the last node's row, which the flat form lacks.
   */
  public boolean isSameAs(final FlatRow other) {
    return path.place().withoutNode().equals(other.path.place().withoutNode())
        && path.outcome().equals(other.path.outcome())
        && path.draws() == other.path.draws()
        && path.weight() == other.path.weight()
        && Float.compare(path.advantage(), other.path.advantage()) == 0
        && promptLen == other.promptLen
        && marks.equals(other.marks)
        && columns.isSameAs(other.columns);
  }
}
