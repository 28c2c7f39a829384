package dev.coppice.app.proxy;

import dev.coppice.app.advantage.CreditAssigner;
import dev.coppice.app.folder.ArmState;
import dev.coppice.app.folder.GroupScan;
import dev.coppice.app.folder.RunFolder;
import dev.coppice.app.folder.StoredGroup;
import dev.coppice.app.folder.StoredTree;
import dev.coppice.app.folder.TraceLines;
import dev.coppice.bridge.segment.ArrowSegmentReader;
import dev.coppice.bridge.segment.ArrowSegmentWriter;
import dev.coppice.bridge.segment.SegmentForm;
import dev.coppice.bridge.trace.CreditBlock;
import dev.coppice.bridge.trace.Trace;
import dev.coppice.bridge.trace.TraceFile;
import dev.coppice.bridge.wire.CreditedGroup;
import dev.coppice.bridge.wire.PackedGroup;
import dev.coppice.bridge.wire.WireHeader;
import dev.coppice.proxy.recorded.GroupSink;
import dev.coppice.rollout.GroupResult;
import dev.coppice.rollout.TreeLedger;
import dev.coppice.trajectory.SamplingSettings;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Gives whole groups their credit and keeps them: in the traces at once, in segments a few dozen
 * together.
 *
 * <p>A segment says how its tokens were drawn, so groups drawn otherwise begin another. What a killed
 * process had not written to segments is written again from the traces.
 *
 * @thread one at a time.
 */
final class ProxyGroups implements GroupSink, AutoCloseable {
  /** The one arm of a proxy's run. */
  static final String ARM = "agents";

  private static final int GROUPS_IN_SEGMENT = 64;

  private final RunFolder folder;
  private final CreditAssigner credit;
  private final String estimator;
  private final Function<SamplingSettings, WireHeader> headers;
  private final TraceFile traces;
  private final Set<Long> kept = new HashSet<>();
  private final Set<Long> inSegments = new HashSet<>();
  private final List<CreditedGroup> pending = new ArrayList<>();
  private final Map<String, Long> sums = new LinkedHashMap<>();
  private SamplingSettings pendingSettings;

  /** Opens the folder; what an earlier process kept stays, half a group is cut. */
  ProxyGroups(
      final RunFolder folder,
      final CreditAssigner credit,
      final String estimator,
      final Function<SamplingSettings, WireHeader> headers) {
    this.folder = folder;
    this.credit = credit;
    this.estimator = estimator;
    this.headers = headers;
    for (final String name :
        List.of(
            "prefilled_tokens",
            "decoded_tokens",
            "discarded_tokens",
            "cached_tokens",
            "block_ns",
            "calls_executed")) {
      sums.put(name, 0L);
    }
    final ArrowSegmentReader reader = new ArrowSegmentReader(folder.trajectories());
    for (final String name : reader.names()) {
      for (final PackedGroup group : reader.packed(name)) {
        inSegments.add(group.nodes().getFirst().group());
      }
    }
    try (GroupScan scan = new GroupScan(folder.traces())) {
      for (StoredGroup group = scan.next(); group != null; group = scan.next()) {
        kept.add(group.number());
        count(group);
        toSegment(group);
      }
      traces = TraceFile.open(folder.traces(), scan.keepBytes());
    }
  }

  @Override
  public void take(final GroupResult result) {
    if (!kept.add((long) result.request().index())) {
      return; // An earlier process kept it and was killed before it noted that.
    }
    final List<List<CreditBlock>> blocks = credit.score(result.group());
    final List<StoredTree> stored = new ArrayList<>();
    final List<byte[]> lines = new ArrayList<>();
    final int size = result.group().trees().size();
    for (int i = 0; i < size; i++) {
      final Trace trace =
          new Trace(result.group().trees().get(i), blocks.get(i)).in(result.group());
      stored.add(new StoredTree(ARM, size, trace, result.ledgers().get(i)));
      lines.add(TraceLines.line(stored.getLast()));
    }
    traces.append(lines);
    final StoredGroup group = new StoredGroup(result.request().index(), stored, 0);
    count(group);
    toSegment(group);
  }

  private void count(final StoredGroup group) {
    for (final TreeLedger ledger : group.ledgers()) {
      sums.merge("prefilled_tokens", ledger.prefilledTokens(), Long::sum);
      sums.merge("decoded_tokens", ledger.decodedTokens(), Long::sum);
      sums.merge("discarded_tokens", ledger.discardedTokens(), Long::sum);
      sums.merge("cached_tokens", ledger.cachedTokens(), Long::sum);
      sums.merge("block_ns", ledger.blockNs(), Long::sum);
      sums.merge("calls_executed", ledger.toolCalls(), Long::sum);
    }
  }

  private void toSegment(final StoredGroup group) {
    if (!inSegments.add(group.number())) {
      return;
    }
    final SamplingSettings settings = group.trajectories().getFirst().sampling();
    if (pending.size() >= GROUPS_IN_SEGMENT || !settings.equals(pendingSettings)) {
      flush();
    }
    pendingSettings = settings;
    pending.add(group.credited(estimator));
  }

  /** Writes what is pending. */
  void flush() {
    if (pending.isEmpty()) {
      return;
    }
    try (ArrowSegmentWriter writer =
        new ArrowSegmentWriter(
            folder.trajectories(), headers.apply(pendingSettings), SegmentForm.TREE_PACKED)) {
      writer.write(pending);
    }
    pending.clear();
  }

  /** Returns the state of the arm as it is kept. */
  ArmState state(final ArmState before, final boolean complete, final long wallNs) {
    return new ArmState(
        ARM,
        before.policy(),
        kept.size(),
        complete,
        before.sessions(),
        before.wallNs() + wallNs,
        sums,
        List.of());
  }

  @Override
  public void close() {
    flush();
    traces.close();
  }
}
