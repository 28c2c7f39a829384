package dev.coppice.bridge.wire;

/**
 * Holds one path from the root to a leaf, its shared tokens included.
 *
 * @param path that ends in the leaf.
 * @param promptLen the place of the first sampled token, or the number of tokens if there is none.
 * @param columns of the whole path; the mask is 0 everywhere on a path without a reward, and an
 *     advantage 0 where nothing was sampled.
 */
public record FlatRow(LeafRow path, int promptLen, TokenColumns columns) {
  /**
   * Returns whether two paths are the same in every token and number.
   *
   * @param other path.
   * @return true if nothing differs but the place of the last node's row, which the flat form lacks.
   */
  public boolean isSameAs(final FlatRow other) {
    return path.place().withoutNode().equals(other.path.place().withoutNode())
        && path.outcome().equals(other.path.outcome())
        && path.weight() == other.path.weight()
        && Float.compare(path.advantage(), other.path.advantage()) == 0
        && promptLen == other.promptLen
        && columns.isSameAs(other.columns);
  }
}
