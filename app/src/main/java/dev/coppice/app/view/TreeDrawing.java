package dev.coppice.app.view;

import dev.coppice.app.folder.StoredTree;
import dev.coppice.bridge.trace.CreditBlock;
import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.NodeKind;
import dev.coppice.trajectory.TrajectoryNode;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * Draws a tree as inline SVG: from left to right in tokens, a row per trajectory.
 *
 * <p>The width of a node is its tokens, its colour its kind, and for sampled nodes its advantage.
 *
 * @unit pixels; tokens are scaled to the width of the drawing.
 */
final class TreeDrawing {
  private static final int WIDTH = 1000;
  private static final int LABEL = 150;
  private static final int ROW = 17;
  private static final int BAR = 11;
  private static final int TEXT_LETTERS = 400;

  private final StoredTree stored;
  private final TrajectoryTree tree;
  private final Function<int[], String> text;
  private final double scale;
  private final double strongest;
  private final int[] start;
  private final int[] firstRow;
  private final int[] lastRow;
  private final StringBuilder svg = new StringBuilder();

  TreeDrawing(
      final StoredTree stored,
      final int longest,
      final double strongest,
      final Function<int[], String> text) {
    this.stored = stored;
    this.tree = stored.trace().tree();
    this.text = text;
    this.scale = (double) (WIDTH - LABEL) / Math.max(1, longest);
    this.strongest = strongest;
    final int nodes = tree.nodes().size();
    start = new int[nodes];
    firstRow = new int[nodes];
    lastRow = new int[nodes];
  }

  /** Returns the longest path of the trees of a group, in tokens. */
  static int longest(final List<StoredTree> group) {
    int longest = 1;
    for (final StoredTree stored : group) {
      final TrajectoryTree tree = stored.trace().tree();
      for (final Leaf leaf : tree.leaves()) {
        longest = Math.max(longest, tree.pathLength(leaf.node()));
      }
    }
    return longest;
  }

  /** Returns the largest advantage of a group, without its sign. */
  static double strongest(final List<StoredTree> group) {
    double strongest = 1e-9;
    for (final StoredTree stored : group) {
      for (int node = 0; node < stored.trace().tree().nodes().size(); node++) {
        strongest = Math.max(strongest, Math.abs(advantage(stored, node)));
      }
    }
    return strongest;
  }

  private static double advantage(final StoredTree stored, final int node) {
    final List<CreditBlock> credit = stored.trace().credit();
    final float[] values = credit.isEmpty() ? null : credit.getFirst().advantagesOf(node);
    if (values == null || values.length == 0) {
      return 0;
    }
    double sum = 0;
    for (final float value : values) {
      sum += value;
    }
    return sum / values.length;
  }

  String draw() {
    layOut();
    final int height = ROW * Math.max(1, tree.leaves().size()) + 4;
    svg.append(
        String.format(
            Locale.ROOT,
            "<svg viewBox=\"0 0 %d %d\" width=\"100%%\" role=\"img\" aria-label=\"tree %d\">",
            WIDTH,
            height,
            tree.tree()));
    for (int id = 0; id < tree.nodes().size(); id++) {
      if (id > 0) {
        connector(tree.node(id).parent(), id);
      }
    }
    for (int id = 0; id < tree.nodes().size(); id++) {
      bar(id);
    }
    for (final Leaf leaf : tree.leaves()) {
      label(leaf);
    }
    return svg.append("</svg>").toString();
  }

  // Leaves take rows in depth-first order; an inner node stands in the middle of its leaves.
  private void layOut() {
    int row = 0;
    for (int id = 0; id < start.length; id++) {
      final TrajectoryNode node = tree.node(id);
      start[id] = id == 0 ? 0 : start[node.parent()] + tree.node(node.parent()).length();
      firstRow[id] = row;
      if (tree.leafAt(id) >= 0) {
        row++;
      }
      lastRow[id] = Math.max(firstRow[id], row - 1);
    }
    for (int id = start.length - 1; id > 0; id--) {
      final int parent = tree.node(id).parent();
      lastRow[parent] = Math.max(lastRow[parent], lastRow[id]);
    }
  }

  private double x(final int tokens) {
    return tokens * scale;
  }

  private double y(final int id) {
    return 2 + ROW * (firstRow[id] + lastRow[id]) / 2.0 + ROW / 2.0;
  }

  private void connector(final int parent, final int child) {
    if (y(parent) == y(child)) {
      return;
    }
    final double at = x(start[child]);
    svg.append(
        String.format(
            Locale.ROOT,
            "<path class=\"c\" d=\"M%.1f %.1fC%.1f %.1f %.1f %.1f %.1f %.1f\"/>",
            at - 5,
            y(parent),
            at,
            y(parent),
            at - 5,
            y(child),
            at + 1,
            y(child)));
  }

  private void bar(final int id) {
    final TrajectoryNode node = tree.node(id);
    svg.append(
        String.format(
            Locale.ROOT,
            "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%d\" rx=\"2\" fill=\"%s\">",
            x(start[id]),
            y(id) - BAR / 2.0,
            Math.max(1.2, x(node.length()) - 0.8),
            BAR,
            colour(node)));
    svg.append("<title>").append(HtmlText.escape(tooltip(node))).append("</title></rect>");
  }

  private String colour(final TrajectoryNode node) {
    if (node.kind() == NodeKind.PROMPT) {
      return "var(--prompt)";
    }
    if (!node.kind().isSampled()) {
      return "var(--seen)";
    }
    final double share = Math.clamp(advantage(stored, node.id()) / strongest, -1, 1);
    final int weight = (int) Math.round(100 * Math.abs(share));
    final String pole = share >= 0 ? "var(--good)" : "var(--bad)";
    return "color-mix(in oklab, " + pole + " " + weight + "%, var(--even))";
  }

  private String tooltip(final TrajectoryNode node) {
    final StringBuilder tip = new StringBuilder();
    tip.append("node ").append(node.id()).append(", ").append(node.kind().wireName());
    tip.append(", ").append(node.length()).append(" tokens");
    if (node.kind().isSampled()) {
      tip.append(String.format(Locale.ROOT, "%nadvantage %.3f", advantage(stored, node.id())));
      double sum = 0;
      for (final float logprob : node.logprobs()) {
        sum += logprob;
      }
      tip.append(String.format(Locale.ROOT, ", log-probability %.3f", sum));
    }
    if (node.branch() != null) {
      tip.append(
          String.format(
              Locale.ROOT,
              "%n%s: %d children decided at %.2f",
              node.branch().policy(),
              node.branch().children(),
              node.branch().value()));
    }
    if (text != null) {
      final String shown = text.apply(node.tokens());
      tip.append('\n')
          .append(shown.length() > TEXT_LETTERS ? shown.substring(0, TEXT_LETTERS) + "…" : shown);
    }
    return tip.toString();
  }

  private void label(final Leaf leaf) {
    final int end = start[leaf.node()] + tree.node(leaf.node()).length();
    final double middle = y(leaf.node());
    final String kind = !leaf.isScored() ? "none" : leaf.reward() >= 1 ? "won" : "lost";
    svg.append(
        String.format(
            Locale.ROOT,
            "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"4\"/>",
            kind,
            x(end) + 8,
            middle));
    final String times = leaf.draws() > 1 ? " ×" + leaf.draws() : "";
    final String said = leaf.answer() == null ? leaf.stop().wireName() : leaf.answer();
    svg.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%.1f\" y=\"%.1f\">%s</text>",
            x(end) + 17,
            middle + 3.5,
            HtmlText.escape(said.length() > 18 ? said.substring(0, 17) + "…" : said) + times));
  }
}
