package dev.coppice.app.run;

import dev.coppice.app.config.RunConfig;
import dev.coppice.app.folder.StoredGroup;
import dev.coppice.app.runner.Engines;
import dev.coppice.bridge.segment.ArrowSegmentReader;
import dev.coppice.bridge.segment.ArrowSegmentWriter;
import dev.coppice.bridge.segment.SegmentForm;
import dev.coppice.bridge.wire.CreditedGroup;
import dev.coppice.bridge.wire.PackedGroup;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Writes one arm's groups as tree-packed Arrow segments, a few dozen groups in each.
 *
 * <p>A group is in the traces before it is here. What a killed process had not written yet is
 * written again from the traces, and what it had is left alone.
 *
 * @thread the writer thread; made and closed by the caller's.
 */
final class SegmentSink implements AutoCloseable {
  private static final int GROUPS_IN_SEGMENT = 64;

  private final ArrowSegmentWriter writer;
  private final String estimator;
  private final List<CreditedGroup> pending = new ArrayList<>();
  private final Set<Long> written;
  private final boolean isOfTexts;

  /** Opens the folder for groups of one run name; those that are in it are not written again. */
  SegmentSink(
      final Path folder,
      final String runName,
      final RunResources resources,
      final RunConfig config) {
    final List<String> estimators = config.credit().estimators();
    estimator = estimators.isEmpty() ? "" : estimators.getFirst();
    writer =
        new ArrowSegmentWriter(
            folder, resources.wireHeader(config, runName), SegmentForm.TREE_PACKED);
    written = written(folder, runName);
    isOfTexts = !Engines.tellsTokens(config) || !config.run().export();
  }

  private static Set<Long> written(final Path folder, final String runName) {
    final ArrowSegmentReader reader = new ArrowSegmentReader(folder);
    final Set<Long> groups = new HashSet<>();
    for (final String name : reader.names()) {
      if (reader.header(name).run().equals(runName)) {
        for (final PackedGroup group : reader.packed(name)) {
          groups.add(group.nodes().getFirst().group());
        }
      }
    }
    return groups;
  }

  /** Returns whether all of these groups are in segments. */
  boolean hasAll(final Collection<Integer> numbers) {
    return isOfTexts || numbers.stream().allMatch(number -> written.contains((long) number));
  }

  /** Takes a group that is in the traces; where nobody knows what was sampled, there is nothing to train on. */
  void add(final StoredGroup group) {
    if (isOfTexts || !written.add(group.number())) {
      return;
    }
    pending.add(group.credited(estimator));
    if (pending.size() >= GROUPS_IN_SEGMENT) {
      flush();
    }
  }

  /** Writes what is pending. */
  void flush() {
    if (!pending.isEmpty()) {
      writer.write(pending);
      pending.clear();
    }
  }

  /** Frees memory; what is pending stays in the traces. */
  @Override
  public void close() {
    writer.close();
  }
}
