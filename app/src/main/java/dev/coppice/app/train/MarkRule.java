package dev.coppice.app.train;

import dev.coppice.app.config.ConfigException;
import dev.coppice.bridge.wire.NodeRow;
import dev.coppice.bridge.wire.PackedGroup;
import dev.coppice.bridge.wire.TokenColumns;
import dev.coppice.trajectory.NodeMark;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Says what becomes of tokens that are not plainly the policy's own in a world that is real.
 *
 * <p>It is about every mark but {@link NodeMark#MIXED_VERSION}: those tokens say themselves which
 * weights sampled them, and stale ones are weighted as such.
 */
enum MarkRule {
  /** Ends the training and names the mark. */
  REFUSE,
  /** Trains nothing of a marked node and all of the others. */
  MASK,
  /** Trains marked nodes as all others. */
  KEEP;

  /** The key that chooses. */
  static final String KEY = "train.marks";

  static MarkRule ofName(final String name) {
    return valueOf(name.toUpperCase(Locale.ROOT));
  }

  /**
   * Refuses groups, or takes marked nodes out of what is trained.
   *
   * @throws ConfigException if a node is marked and this is {@link #REFUSE}.
   */
  List<PackedGroup> apply(final List<PackedGroup> groups) {
    if (this == KEEP) {
      return groups;
    }
    final List<PackedGroup> applied = new ArrayList<>();
    for (final PackedGroup group : groups) {
      final List<NodeRow> rows = new ArrayList<>();
      for (final NodeRow row : group.nodes()) {
        rows.add(apply(row));
      }
      applied.add(new PackedGroup(rows, group.leaves()));
    }
    return applied;
  }

  private NodeRow apply(final NodeRow row) {
    for (final NodeMark mark : NodeMark.values()) {
      if (mark != NodeMark.MIXED_VERSION && row.origin().marks().contains(mark)) {
        if (this == REFUSE) {
          throw new ConfigException(
              "group "
                  + row.group()
                  + " has a node marked "
                  + mark.wireName()
                  + " and "
                  + KEY
                  + " is refuse: set "
                  + KEY
                  + " to mask, which leaves marked nodes out, or to keep, which trains them");
        }
        return masked(row);
      }
    }
    return row;
  }

  private static NodeRow masked(final NodeRow row) {
    final TokenColumns columns = row.columns();
    final TokenColumns untrained =
        new TokenColumns(
            columns.tokens(),
            columns.logprobs(),
            new byte[columns.tokens().length],
            columns.advantages(),
            columns.versionRuns(),
            columns.spans(),
            columns.kept());
    return new NodeRow(row.place(), row.origin(), row.kind(), untrained, row.share(), row.cached());
  }
}
