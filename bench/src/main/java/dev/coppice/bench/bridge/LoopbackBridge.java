package dev.coppice.bench.bridge;

import dev.coppice.bridge.flight.BridgeClient;
import dev.coppice.bridge.flight.BridgeServer;
import dev.coppice.bridge.flight.BridgeSettings;
import dev.coppice.bridge.flight.GroupFeed;
import dev.coppice.bridge.flight.RolloutSource;
import dev.coppice.bridge.outbox.Outbox;
import dev.coppice.bridge.outbox.OutboxLimits;
import dev.coppice.bridge.outbox.PublishedWeights;
import dev.coppice.bridge.outbox.SealedGroup;
import dev.coppice.bridge.segment.ArrowSegmentWriter;
import dev.coppice.bridge.segment.SegmentForm;
import dev.coppice.bridge.segment.SegmentSeal;
import dev.coppice.bridge.segment.SegmentSource;
import dev.coppice.bridge.wire.AdvantageKind;
import dev.coppice.bridge.wire.CreditedGroup;
import dev.coppice.bridge.wire.FlatPacker;
import dev.coppice.bridge.wire.FlatRow;
import dev.coppice.bridge.wire.TreePacker;
import dev.coppice.bridge.wire.WireHeader;
import dev.coppice.credit.shared.SharedTokenRule;
import dev.coppice.trajectory.SamplingSettings;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/**
 * Runs outbox, service and trainer in this process over loopback, without an engine.
 *
 * @thread one.
 */
final class LoopbackBridge implements AutoCloseable {
  private static final int MANY = 1_000_000;
  private static final int MESSAGE_BYTES = 256 * 1024 * 1024;
  private static final WireHeader HEADER =
      new WireHeader(
          "bench",
          new WireHeader.Model("none", "", ""),
          "sampled",
          SamplingSettings.PLAIN,
          new WireHeader.Credit(SharedTokenRule.TRAIN_ONCE, AdvantageKind.PER_TOKEN, "grpo"));

  private final Outbox outbox;
  private final ArrowSegmentWriter writer;
  private final BridgeServer server;
  private final PlainFlightServer plain;
  private final BridgeClient client;
  private long sealed;

  /** Serves by the bridge's own method. */
  LoopbackBridge(final Path folder) throws IOException {
    this(folder, false);
  }

  /** Serves by the bridge's own {@code DoGet} or by Flight's. */
  LoopbackBridge(final Path folder, final boolean byFlights) throws IOException {
    Files.createDirectories(folder);
    final OutboxLimits limits = new OutboxLimits(MANY, 0);
    final Path segments = folder.resolve("trajectories");
    outbox = Outbox.open(folder.resolve("bridge.log"), limits);
    writer = new ArrowSegmentWriter(segments, HEADER, SegmentForm.TREE_PACKED);
    final SegmentSource source = new SegmentSource(segments, HEADER);
    server =
        BridgeServer.start(
            new BridgeSettings("127.0.0.1", 0, MESSAGE_BYTES, 4, BridgeSettings.Access.OPEN),
            new BridgeServer.Parts(outbox, limits, new NoEngine(), source));
    plain = byFlights ? new PlainFlightServer(outbox, source, segments) : null;
    client = BridgeClient.connect(location());
  }

  /** Holds what groups cost in either form. */
  record Wire(long treeTokens, long flatTokens, long treeBytes, long flatBytes) {
    double tokenRatio() {
      return (double) treeTokens / flatTokens;
    }

    double byteRatio() {
      return (double) treeBytes / flatBytes;
    }
  }

  /** Sends groups in both forms and counts the bytes on the wire. */
  static Wire wire(final Path folder, final List<CreditedGroup> groups, final int perSegment)
      throws IOException {
    long tree = 0;
    long flat = 0;
    for (final CreditedGroup group : groups) {
      tree += TreePacker.pack(group).tokenCount();
      for (final FlatRow row : FlatPacker.pack(group)) {
        flat += row.columns().tokens().length;
      }
    }
    try (LoopbackBridge bridge = new LoopbackBridge(folder)) {
      final long last = groups.stream().mapToLong(CreditedGroup::number).max().orElse(0);
      bridge.begin((int) last + 1);
      for (int from = 0; from < groups.size(); from += perSegment) {
        bridge.seal(groups.subList(from, Math.min(groups.size(), from + perSegment)));
      }
      return new Wire(
          tree,
          flat,
          bridge.sent(SegmentForm.TREE_PACKED, groups.size()),
          bridge.sent(SegmentForm.FLAT, groups.size()));
    }
  }

  private long sent(final SegmentForm form, final int groups) {
    final long before = sentBytes();
    try (GroupFeed feed = client.groups(form, groups, true)) {
      while (feed.next()) {
        continue;
      }
    }
    return sentBytes() - before;
  }

  /** Issues groups by their numbers, from 0. */
  private void begin(final int count) {
    outbox.submit("begin", Collections.nCopies(count, 0));
    try {
      while (outbox.issue(0) != null) {
        continue;
      }
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private void seal(final List<CreditedGroup> groups) {
    outbox.seal(
        writer.writeTogether(groups),
        groups.stream().map(group -> new SealedGroup(group.number(), 0)).toList());
    sealed += groups.size();
  }

  /** Seals so many bytes and returns how many they are. */
  long fill(final long bytes, final int messageBytes) {
    begin(MANY / 2);
    long filled = 0;
    final BenchGroups groups = new BenchGroups();
    while (filled < bytes) {
      seal(groups.next(messageBytes));
      filled += outbox.segments().getLast().bytes();
    }
    return filled;
  }

  /** Takes everything once and returns the number of messages. */
  long drain() {
    long messages = 0;
    try (GroupFeed feed = client.groups(SegmentForm.TREE_PACKED, sealed, true)) {
      while (feed.next()) {
        messages++;
      }
    }
    return messages;
  }

  /** Tells when groups were finished, and how long until they were sealed and received. */
  record Latencies(Histogram toSealed, Histogram toReceived) {}

  /**
   * Seals groups one by one at a pace and measures.
   *
   * <p>Sealed is a group whose files are durable under their names; that the journal says so before
   * it is offered is part of the way to the trainer.
   */
  Latencies latencies(final int warmUp, final int count, final long gapNs)
      throws InterruptedException {
    final int all = warmUp + count;
    begin(all);
    final AtomicLongArray receivedNs = new AtomicLongArray(all);
    final Thread reader = Thread.ofPlatform().start(() -> receive(receivedNs));
    final Histogram toSealed = new Histogram(3);
    final Histogram toReceived = new Histogram(3);
    final long[] sealedNs = new long[all];
    sealAtPace(
        all,
        gapNs,
        (i, finishedNs) -> {
          sealedNs[i] = System.nanoTime();
          if (i >= warmUp) {
            toSealed.recordValue(sealedNs[i] - finishedNs);
          }
        });
    reader.join();
    for (int i = warmUp; i < all; i++) {
      toReceived.recordValue(receivedNs.get(i) - sealedNs[i]);
    }
    return new Latencies(toSealed, toReceived);
  }

  /** Offers groups one by one at a pace to another process. */
  void offer(final int count, final long gapNs) {
    begin(count);
    sealAtPace(count, gapNs, (i, finishedNs) -> {});
  }

  private void sealAtPace(final int count, final long gapNs, final Written written) {
    final BenchGroups groups = new BenchGroups();
    final long beginNs = System.nanoTime();
    for (int i = 0; i < count; i++) {
      for (long left = gapNs; left > 0; left = beginNs + i * gapNs - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
      final CreditedGroup group = groups.next(1).getFirst();
      final long finishedNs = System.nanoTime();
      final SegmentSeal seal = writer.writeTogether(List.of(group));
      written.at(i, finishedNs);
      outbox.seal(seal, List.of(new SealedGroup(i, 0)));
    }
  }

  /** Hears that the files of a group are durable. */
  @FunctionalInterface
  private interface Written {
    void at(int group, long finishedNs);
  }

  /** Notes when the rows of each group are there. */
  private void receive(final AtomicLongArray receivedNs) {
    try (GroupFeed feed = client.groups(SegmentForm.TREE_PACKED, receivedNs.length(), true)) {
      while (feed.next()) {
        final long nowNs = System.nanoTime();
        feed.groupNumbers().forEach(number -> receivedNs.set(number.intValue(), nowNs));
      }
    }
  }

  String location() {
    return plain == null ? server.location() : plain.location();
  }

  /** Returns what the stream's service has sent, in bytes. */
  long sentBytes() {
    return plain == null ? server.sentBytes() : plain.sentBytes();
  }

  long sealed() {
    return sealed;
  }

  static long cpuNs() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  @Override
  public void close() {
    client.close();
    if (plain != null) {
      plain.close();
    }
    server.close();
    writer.close();
    outbox.close();
  }

  /** Stands for an engine that does nothing. */
  private record NoEngine() implements RolloutSource {
    @Override
    public String run() {
      return "bench";
    }

    @Override
    public String model() {
      return "none";
    }

    @Override
    public int taskCount() {
      return 1;
    }

    @Override
    public int policyVersion() {
      return 0;
    }

    @Override
    public String pauseReason() {
      return "";
    }

    @Override
    public Map<String, Long> counters() {
      return Map.of();
    }

    @Override
    public void pause() {}

    @Override
    public void resume() {}

    @Override
    public void publish(final PublishedWeights weights) {}

    @Override
    public void shutdown() {}

    @Override
    public void note(final String line) {
      System.err.println("coppice: " + line);
    }
  }
}
