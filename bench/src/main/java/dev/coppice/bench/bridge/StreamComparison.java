package dev.coppice.bench.bridge;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/**
 * Measures the bridge's own {@code DoGet} and Flight's in turns, over the same groups.
 *
 * @thread one.
 */
final class StreamComparison {
  private static final String[] NAMES = {"our own", "Flight's"};

  private final Path folder;
  private final int rounds;

  StreamComparison(final Path folder, final int rounds) {
    this.folder = folder;
    this.rounds = rounds;
  }

  /** Sizes what is streamed. */
  record Stream(long bytes, int messageBytes) {}

  /** Sizes what is sent group by group. */
  record Paced(int warmUp, int groups, long gapNs) {}

  void print(final Stream stream, final Paced paced) throws IOException, InterruptedException {
    throughput(stream);
    latency(paced);
  }

  /** The first round of each warms up and does not count. */
  private void throughput(final Stream stream) throws IOException {
    final double[][] rates = new double[NAMES.length][rounds];
    final double[][] cpu = new double[NAMES.length][rounds];
    try (LoopbackBridge own = new LoopbackBridge(folder.resolve("own"), false);
        LoopbackBridge flights = new LoopbackBridge(folder.resolve("flights"), true)) {
      final LoopbackBridge[] both = {own, flights};
      final long[] bytes = new long[NAMES.length];
      for (int i = 0; i < NAMES.length; i++) {
        bytes[i] = both[i].fill(stream.bytes(), stream.messageBytes());
      }
      for (int round = -1; round < rounds; round++) {
        for (int turn = 0; turn < NAMES.length; turn++) {
          final int which = (turn + round + NAMES.length) % NAMES.length;
          final long beginNs = System.nanoTime();
          final long cpuNs = LoopbackBridge.cpuNs();
          both[which].drain();
          if (round >= 0) {
            rates[which][round] = (double) bytes[which] / (System.nanoTime() - beginNs);
            cpu[which][round] = (LoopbackBridge.cpuNs() - cpuNs) / 1e9;
          }
        }
      }
    }
    for (int which = 0; which < NAMES.length; which++) {
      print("stream " + NAMES[which], "GB/s", rates[which]);
      print("stream " + NAMES[which], "CPU s", cpu[which]);
    }
  }

  private void latency(final Paced paced) throws IOException, InterruptedException {
    final double[][] medians = new double[NAMES.length][rounds];
    final double[][] tails = new double[NAMES.length][rounds];
    final double[][] sizes = new double[NAMES.length][rounds];
    for (int round = 0; round < rounds; round++) {
      for (int turn = 0; turn < NAMES.length; turn++) {
        final int which = (turn + round) % NAMES.length;
        final Path place = folder.resolve("paced-" + round + "-" + which);
        try (LoopbackBridge bridge = new LoopbackBridge(place, which == 1)) {
          final LoopbackBridge.Latencies found =
              bridge.latencies(paced.warmUp(), paced.groups(), paced.gapNs());
          medians[which][round] = found.toReceived().getValueAtPercentile(50) / 1e6;
          sizes[which][round] = bridge.sentBytes() / 1e3 / (paced.warmUp() + paced.groups());
          tails[which][round] = found.toReceived().getValueAtPercentile(99) / 1e6;
        }
      }
    }
    for (int which = 0; which < NAMES.length; which++) {
      print("sealed to received, p50, " + NAMES[which], "ms", medians[which]);
      print("sealed to received, p99, " + NAMES[which], "ms", tails[which]);
      print("on the wire, " + NAMES[which], "kB a group", sizes[which]);
    }
  }

  private static void print(final String what, final String unit, final double[] values) {
    final double[] sorted = values.clone();
    Arrays.sort(sorted);
    System.out.printf(
        Locale.ROOT,
        "%s: median %.3f %s, %.3f to %.3f in %d rounds%n",
        what,
        sorted[sorted.length / 2],
        unit,
        sorted[0],
        sorted[sorted.length - 1],
        sorted.length);
  }
}
