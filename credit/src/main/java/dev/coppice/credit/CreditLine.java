package dev.coppice.credit;

import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.List;

/**
 * Renders the advantages of one tree as one line of JSON.
 *
 * <p>{@code {"group":..,"tree":..,"estimator":..,"nodes":[{"id":..,"advantages":[..]}],
 * "leaves":[{"node":..,"advantage":..}]}}. Numbers are the shortest decimals that read back as
 * the same bits. A node without evidence says {@code "scored":false}; a leaf without a reward
 * has {@code "advantage":null}.
 *
 * @thread any; static.
 * @cost one pass over the tokens of the tree.
 */
public final class CreditLine {
  private CreditLine() {}

  /**
   * Renders a tree.
   *
   * @param advantages of its group.
   * @param tree place of the tree in the group.
   * @return one line without its end.
   */
  public static String of(final GroupAdvantages advantages, final int tree) {
    final StringBuilder out = new StringBuilder(256);
    append(advantages, tree, out);
    return out.toString();
  }

  /**
   * Renders a tree at the end of a text.
   *
   * @param advantages of its group.
   * @param tree place of the tree in the group.
   * @param out to append to.
   */
  public static void append(
      final GroupAdvantages advantages, final int tree, final StringBuilder out) {
    final TrajectoryTree source = advantages.group().trees().get(tree);
    out.append("{\"group\":");
    appendText(source.group(), out);
    out.append(",\"tree\":").append(source.tree());
    out.append(",\"estimator\":");
    appendText(advantages.estimator(), out);
    out.append(",\"nodes\":[");
    appendNodes(advantages, tree, source, out);
    out.append("],\"leaves\":[");
    if (advantages.hasLeafAdvantages()) {
      appendLeaves(advantages, tree, source.leaves(), out);
    }
    out.append("]}");
  }

  private static void appendNodes(
      final GroupAdvantages advantages,
      final int tree,
      final TrajectoryTree source,
      final StringBuilder out) {
    String comma = "";
    for (int n = 0; n < source.nodes().size(); n++) {
      final float[] values = advantages.nodeAdvantages(tree, n);
      if (values != null) {
        out.append(comma).append("{\"id\":").append(n).append(",\"advantages\":[");
        appendFloats(values, out);
        out.append(']');
        if (!advantages.isScored(tree, n)) {
          out.append(",\"scored\":false");
        }
        out.append('}');
        comma = ",";
      }
    }
  }

  /** Tokens of a node are mostly equal, so the text of the one before is used again. */
  private static void appendFloats(final float[] values, final StringBuilder out) {
    String text = "";
    for (int i = 0; i < values.length; i++) {
      if (i == 0 || values[i] != values[i - 1]) {
        text = Float.toString(values[i]);
      }
      if (i > 0) {
        out.append(',');
      }
      out.append(text);
    }
  }

  private static void appendLeaves(
      final GroupAdvantages advantages,
      final int tree,
      final List<Leaf> leaves,
      final StringBuilder out) {
    for (int l = 0; l < leaves.size(); l++) {
      final double value = advantages.leafAdvantage(tree, l);
      out.append(l == 0 ? "" : ",").append("{\"node\":").append(leaves.get(l).node());
      out.append(",\"advantage\":");
      out.append(Double.isNaN(value) ? "null" : Double.toString(value + 0.0)).append('}');
    }
  }

  private static void appendText(final String text, final StringBuilder out) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      final char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < 0x20 || Character.isSurrogate(c) || c == '\u2028' || c == '\u2029') {
        out.append(String.format("\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    out.append('"');
  }
}
