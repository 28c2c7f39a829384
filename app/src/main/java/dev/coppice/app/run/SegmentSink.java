package dev.coppice.app.run;

import dev.coppice.app.config.RunConfig;
import dev.coppice.app.folder.StoredGroup;
import dev.coppice.bridge.segment.ArrowSegmentReader;
import dev.coppice.bridge.segment.ArrowSegmentWriter;
import dev.coppice.bridge.segment.SegmentForm;
import dev.coppice.bridge.wire.AdvantageKind;
import dev.coppice.bridge.wire.CreditedGroup;
import dev.coppice.bridge.wire.PackedGroup;
import dev.coppice.bridge.wire.WireHeader;
import dev.coppice.credit.shared.SharedTokenRule;
import dev.coppice.trajectory.SamplingSettings;
import java.nio.file.Path;
import java.util.ArrayList;
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

  /** Opens the folder for groups of one run name; those that are in it are not written again. */
  SegmentSink(
      final Path folder,
      final String runName,
      final RunResources resources,
      final RunConfig config) {
    final List<String> estimators = config.credit().estimators();
    estimator = estimators.isEmpty() ? "" : estimators.getFirst();
    final RunConfig.Sampling sampling = config.sampling();
    final WireHeader header =
        new WireHeader(
            runName,
            new WireHeader.Model(
                resources.backend().name(),
                resources.tokenizerSha256(),
                resources.chatTemplateSha256()),
            "sampled",
            new SamplingSettings(
                sampling.temperature(), sampling.topP(), sampling.topK(), sampling.minP()),
            new WireHeader.Credit(
                SharedTokenRule.TRAIN_ONCE,
                estimator.isEmpty() ? AdvantageKind.NONE : AdvantageKind.PER_TOKEN,
                estimator));
    writer = new ArrowSegmentWriter(folder, header, SegmentForm.TREE_PACKED);
    written = written(folder, runName);
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

  /** Takes a group that is in the traces. */
  void add(final StoredGroup group) {
    if (!written.add(group.number())) {
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
