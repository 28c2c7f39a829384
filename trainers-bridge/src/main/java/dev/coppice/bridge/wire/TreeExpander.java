package dev.coppice.bridge.wire;

import dev.coppice.trajectory.Span;
import java.util.ArrayList;
import java.util.List;

/**
 * Expands a packed group to the flat form.
 *
 * <p>Everything a flat row needs stands in the packed rows: {@code expand(pack(group))} equals the
 * flat form of the same group in every number.
 *
 * @cost O(sum of the lengths of all paths).
 */
public final class TreeExpander {
  private TreeExpander() {}

  /**
   * Expands a group.
   *
   * @param packed group.
   * @return one row per leaf, in order of the leaves, weighted by its draws; {@link
   *     FlatRow#perDraw} makes one row per draw of them.
   */
  public static List<FlatRow> expand(final PackedGroup packed) {
    boolean hasAdvantages = false;
    for (final NodeRow node : packed.nodes()) {
      hasAdvantages |= node.columns().advantages() != null;
    }
    final List<FlatRow> rows = new ArrayList<>();
    for (final LeafRow leaf : packed.leaves()) {
      rows.add(row(packed, leaf, hasAdvantages));
    }
    return rows;
  }

  private static FlatRow row(
      final PackedGroup packed, final LeafRow leaf, final boolean hasAdvantages) {
    final NodeRow last = packed.nodes().get(leaf.place().node());
    final int length = last.place().startPos() + last.columns().tokens().length;
    final int[] tokens = new int[length];
    final byte[] lossMask = new byte[length];
    final float[] logprobs = new float[length];
    final float[] advantages = hasAdvantages ? new float[length] : null;
    final List<VersionRun> runs = new ArrayList<>();
    final List<Span> spans = new ArrayList<>();
    final List<FlatRow.MarkRun> marks = new ArrayList<>();
    final FlatPacker.KeptJoiner kept = new FlatPacker.KeptJoiner(length);
    for (final NodeRow node : path(packed, leaf.place().node())) {
      final int at = node.place().startPos();
      final int count = node.columns().tokens().length;
      System.arraycopy(node.columns().tokens(), 0, tokens, at, count);
      System.arraycopy(node.columns().logprobs(), 0, logprobs, at, count);
      if (leaf.isScored()) {
        System.arraycopy(node.columns().lossMask(), 0, lossMask, at, count);
      }
      if (node.columns().advantages() != null) {
        System.arraycopy(node.columns().advantages(), 0, advantages, at, count);
      }
      for (final VersionRun run : node.columns().versionRuns()) {
        FlatPacker.addRun(runs, run.version(), run.length());
      }
      FlatPacker.addMarks(marks, at, count, node.origin().marks());
      kept.add(at, node.columns().kept());
      for (final Span span : node.columns().spans()) {
        spans.add(new Span(at + span.start(), span.length(), span.kind(), span.call()));
      }
    }
    return new FlatRow(
        leaf,
        promptLen(runs, length),
        new TokenColumns(tokens, logprobs, lossMask, advantages, runs, spans, kept.join()),
        marks);
  }

  private static int promptLen(final List<VersionRun> runs, final int length) {
    final boolean startsUnsampled =
        !runs.isEmpty() && runs.getFirst().version() == VersionRun.NOT_SAMPLED;
    return runs.isEmpty() ? length : startsUnsampled ? runs.getFirst().length() : 0;
  }

  private static List<NodeRow> path(final PackedGroup packed, final int leaf) {
    final List<NodeRow> path = new ArrayList<>();
    for (int place = leaf; place >= 0; place = packed.nodes().get(place).place().parent()) {
      path.add(packed.nodes().get(place));
    }
    return path.reversed();
  }
}
