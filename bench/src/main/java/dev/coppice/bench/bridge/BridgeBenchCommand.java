package dev.coppice.bench.bridge;

import dev.coppice.app.config.ConfigException;
import dev.coppice.app.folder.GroupScan;
import dev.coppice.app.folder.RunFolder;
import dev.coppice.app.folder.StoredGroup;
import dev.coppice.bridge.wire.CreditedGroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures the bridge: bytes on the wire, bytes per second, time from sealed to received. */
@Command(
    name = "bridge-bench",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Measures the bridge to a trainer over loopback.",
      "With --run the bytes on the wire of a run's groups, tree-packed and flat; else bytes per",
      "second of one stream and the time from a sealed group to its batch."
    })
public final class BridgeBenchCommand implements Callable<Integer> {
  private static final int MIB = 1024 * 1024;

  @Option(names = "--run", paramLabel = "DIR", description = "Run folder whose groups are sent.")
  private Path run;

  @Option(
      names = "--groups-per-segment",
      description = "Groups written and sent together (${DEFAULT-VALUE}).")
  private int perSegment = 8;

  @Option(names = "--mib", description = "Size of what is streamed, in MiB (${DEFAULT-VALUE}).")
  private int mib = 1024;

  @Option(names = "--message-mib", description = "Size of a message, in MiB (${DEFAULT-VALUE}).")
  private int messageMib = 4;

  @Option(names = "--rounds", description = "Times the stream is taken (${DEFAULT-VALUE}).")
  private int rounds = 5;

  @Option(names = "--latencies", description = "Groups sealed one by one (${DEFAULT-VALUE}).")
  private int latencies = 1000;

  @Option(names = "--per-second", description = "Pace of those groups (${DEFAULT-VALUE}).")
  private int perSecond = 20;

  @Option(names = "--warm-up", description = "Groups before the first counts (${DEFAULT-VALUE}).")
  private int warmUp = 200;

  @Option(names = "--folder", description = "Where segments lie while it runs (a temporary one).")
  private Path place;

  @Option(
      names = "--serve",
      description = "Only offers the stream, or with --mib 0 groups at a pace.")
  private boolean serves;

  @Option(
      names = "--compare",
      description = "Measures the bridge's own DoGet and Flight's in turns.")
  private boolean compares;

  @Option(names = "--flights", description = "With --serve: offers by Flight's own DoGet.")
  private boolean byFlights;

  /** Made by picocli. */
  public BridgeBenchCommand() {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    require("--groups-per-segment", perSegment, 1);
    require("--mib", mib, serves ? 0 : 1);
    require("--message-mib", messageMib, 1);
    require("--rounds", rounds, 0);
    require("--latencies", latencies, 1);
    require("--per-second", perSecond, 1);
    require("--warm-up", warmUp, 0);
    final String name = "coppice-bridge-bench";
    final Path folder =
        place == null ? Files.createTempDirectory(name) : Files.createTempDirectory(place, name);
    try {
      if (run != null) {
        wire(folder);
      } else if (serves) {
        serve(folder);
      } else if (compares) {
        new StreamComparison(folder, rounds)
            .print(
                new StreamComparison.Stream((long) mib * MIB, messageMib * MIB),
                new StreamComparison.Paced(
                    warmUp, latencies, TimeUnit.SECONDS.toNanos(1) / perSecond));
      } else {
        if (rounds > 0) {
          throughput(folder.resolve("throughput"));
        }
        latency(folder.resolve("latency"));
      }
    } finally {
      delete(folder);
    }
    return 0;
  }

  private static void require(final String option, final int value, final int least) {
    if (value < least) {
      throw new ConfigException(option + " must be at least " + least + ": " + value);
    }
  }

  private void wire(final Path folder) throws IOException {
    final TreeMap<String, List<CreditedGroup>> arms = new TreeMap<>();
    try (GroupScan scan = new GroupScan(RunFolder.find(run).traces())) {
      for (StoredGroup group = scan.next(); group != null; group = scan.next()) {
        final String estimator =
            group.trees().getFirst().trace().credit().isEmpty()
                ? ""
                : group.trees().getFirst().trace().credit().getFirst().estimator();
        arms.computeIfAbsent(group.arm(), arm -> new ArrayList<>()).add(group.credited(estimator));
      }
    }
    if (arms.isEmpty()) {
      throw new ConfigException(run + " has no group");
    }
    for (final String arm : arms.keySet()) {
      final LoopbackBridge.Wire wire =
          LoopbackBridge.wire(folder.resolve(arm), arms.get(arm), perSegment);
      System.out.printf(
          Locale.ROOT,
          "arm %s: groups %d, tokens tree/flat %d/%d = %.4f, bytes tree/flat %d/%d = %.4f,"
              + " bytes ratio over token ratio %.3f%n",
          arm,
          arms.get(arm).size(),
          wire.treeTokens(),
          wire.flatTokens(),
          wire.tokenRatio(),
          wire.treeBytes(),
          wire.flatBytes(),
          wire.byteRatio(),
          wire.byteRatio() / wire.tokenRatio());
    }
  }

  private void throughput(final Path folder) throws IOException {
    try (LoopbackBridge bridge = new LoopbackBridge(folder)) {
      final long bytes = bridge.fill((long) mib * MIB, messageMib * MIB);
      for (int round = 0; round < rounds; round++) {
        final long beginNs = System.nanoTime();
        final long cpuNs = LoopbackBridge.cpuNs();
        final long messages = bridge.drain();
        final double seconds = (System.nanoTime() - beginNs) / 1e9;
        System.out.printf(
            Locale.ROOT,
            "stream: %d MiB in %d messages, %.3f s, %.2f GB/s, %.2f CPU s%n",
            bytes / MIB,
            messages,
            seconds,
            bytes / 1e9 / seconds,
            (LoopbackBridge.cpuNs() - cpuNs) / 1e9);
      }
    }
  }

  /** Lets another process read until this one's input ends: all at once, or groups at a pace. */
  private void serve(final Path folder) throws IOException {
    try (LoopbackBridge bridge = new LoopbackBridge(folder, byFlights)) {
      final int paced = warmUp + latencies;
      final long bytes = mib == 0 ? 0 : bridge.fill((long) mib * MIB, messageMib * MIB);
      System.out.printf(
          Locale.ROOT,
          "{\"location\":\"%s\",\"groups\":%d,\"bytes\":%d,\"folder\":\"%s\"}%n",
          bridge.location(),
          mib == 0 ? paced : bridge.sealed(),
          bytes,
          folder);
      System.out.flush();
      if (mib == 0) {
        bridge.offer(paced, TimeUnit.SECONDS.toNanos(1) / perSecond);
      }
      while (System.in.read() >= 0) {
        continue;
      }
    }
  }

  private void latency(final Path folder) throws IOException, InterruptedException {
    try (LoopbackBridge bridge = new LoopbackBridge(folder)) {
      final LoopbackBridge.Latencies found =
          bridge.latencies(warmUp, latencies, TimeUnit.SECONDS.toNanos(1) / perSecond);
      print("finished to sealed", found.toSealed());
      print("sealed to received", found.toReceived());
    }
  }

  private static void print(final String what, final Histogram histogram) {
    System.out.printf(
        Locale.ROOT,
        "%s: p50 %.2f ms, p99 %.2f ms, max %.2f ms; groups %d%n",
        what,
        histogram.getValueAtPercentile(50) / 1e6,
        histogram.getValueAtPercentile(99) / 1e6,
        histogram.getMaxValue() / 1e6,
        histogram.getTotalCount());
  }

  private static void delete(final Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (final Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
