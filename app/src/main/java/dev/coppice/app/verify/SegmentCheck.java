package dev.coppice.app.verify;

import dev.coppice.app.folder.RunFolder;
import dev.coppice.app.folder.StoredGroup;
import dev.coppice.bridge.disk.StorageException;
import dev.coppice.bridge.segment.ArrowSegmentReader;
import dev.coppice.bridge.segment.SegmentFormatException;
import dev.coppice.bridge.wire.GroupNumbers;
import dev.coppice.bridge.wire.LeafRow;
import dev.coppice.bridge.wire.NodeRow;
import dev.coppice.bridge.wire.PackedGroup;
import dev.coppice.bridge.wire.TreePacker;
import dev.coppice.trajectory.NodeMark;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Holds the Arrow segments against the traces, group by group.
 *
 * @cost a number per group; the rows of one segment at a time.
 */
final class SegmentCheck {
  private final Map<String, Integer> stored = new HashMap<>();
  // Groups in segments of the format before, which knows neither draws nor provenance.
  private final Set<String> ofOneDraw = new HashSet<>();
  private final Findings findings;

  SegmentCheck(final RunFolder folder, final Findings findings) {
    this.findings = findings;
    try {
      final ArrowSegmentReader reader = new ArrowSegmentReader(folder.trajectories());
      for (final String name : reader.names()) {
        final String run = reader.header(name).run();
        final boolean knowsDraws = reader.knowsDraws(name);
        for (final PackedGroup group : reader.packed(name)) {
          final String key = run + " " + GroupNumbers.id(group.leaves().getFirst().group());
          if (!knowsDraws) {
            ofOneDraw.add(key);
          }
          if (stored.put(key, fingerprint(group, knowsDraws)) != null) {
            findings.add(name + ": " + key + " is in two segments");
          }
        }
      }
    } catch (final SegmentFormatException | StorageException e) {
      findings.add(e.getMessage());
    }
  }

  /** Checks one group of the traces; those of an arm that is not complete may be missing. */
  void check(final StoredGroup group, final String estimator, final boolean mustBeThere) {
    final String run = group.trees().getFirst().trace().tree().run();
    final String key = run + " " + GroupNumbers.id(group.number());
    final Integer found = stored.remove(key);
    if (found == null) {
      if (mustBeThere) {
        findings.add(group.arm() + " " + group.id() + ": it is in no segment");
      }
      return;
    }
    final PackedGroup packed = TreePacker.pack(group.credited(estimator));
    final int derived = fingerprint(packed, !ofOneDraw.contains(key));
    if (found != derived) {
      findings.add(group.arm() + " " + group.id() + ": its segment differs from the traces");
    }
  }

  /** Checks that no segment holds a group the traces lack. */
  void end() {
    stored.keySet().forEach(key -> findings.add(key + ": a segment has it, the traces do not"));
  }

  private static int fingerprint(final PackedGroup group, final boolean withDraws) {
    int hash = 1;
    for (final NodeRow node : group.nodes()) {
      hash = 31 * hash + node.place().parent();
      hash = 31 * hash + node.kind().code();
      hash = 31 * hash + node.share().multiplicity();
      hash = 31 * hash + Float.floatToIntBits(node.share().pathWeight());
      hash = 31 * hash + Arrays.hashCode(node.columns().tokens());
      hash = 31 * hash + Arrays.hashCode(node.columns().logprobs());
      hash = 31 * hash + Arrays.hashCode(node.columns().lossMask());
      hash = 31 * hash + Arrays.hashCode(node.columns().advantages());
      hash = withDraws ? 31 * hash + ofDraws(node) : hash;
    }
    for (final LeafRow leaf : group.leaves()) {
      hash = 31 * hash + leaf.place().node();
      hash = 31 * hash + Float.floatToIntBits(leaf.outcome().reward());
      hash = 31 * hash + Float.floatToIntBits(leaf.weight());
      hash = 31 * hash + leaf.draws();
    }
    return hash;
  }

  private static int ofDraws(final NodeRow node) {
    int hash = 31 * node.share().draws() + node.origin().treeDraws();
    for (final NodeMark mark : NodeMark.values()) {
      hash = 31 * hash + (node.origin().marks().contains(mark) ? 1 : 0);
    }
    return hash;
  }
}
