package dev.coppice.bench.soak;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * Measures the process: live heap after a collection, and resident memory outside the heap.
 *
 * <p>The resident part of the heap says how far the collector has walked, not what is held, so it is
 * taken off: the addresses come from the virtual machine, the residency from {@code smaps}.
 *
 * @unit MiB.
 */
final class MemoryGauge {
  /** Growth of native memory that is no leak: fragmentation, late compilation. */
  private static final double NATIVE_SLACK_MIB = 24;

  /** Growth of the live heap that is no leak. */
  private static final double HEAP_SLACK_MIB = 8;

  private static final int MIN_SAMPLES = 9;
  private static final double MIB = 1 << 20;
  private static final Pattern ADDRESS = Pattern.compile("0x([0-9a-f]{8,16})");
  private static final Pattern MAPPING = Pattern.compile("^([0-9a-f]+)-([0-9a-f]+) .*");

  private final List<Sample> samples = new ArrayList<>();

  /**
   * One look at the process.
   *
   * @param heapMib live after a full collection.
   * @param rssMib resident in all.
   * @param nativeMib resident outside the heap; equal to {@code rssMib} where it cannot be told.
   */
  record Sample(double heapMib, double rssMib, double nativeMib) {}

  Sample take() {
    System.gc();
    final double heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / MIB;
    final Sample sample = read(heap);
    samples.add(sample);
    return sample;
  }

  private static Sample read(final double heapMib) {
    final Path smaps = Path.of("/proc/self/smaps");
    if (!Files.isReadable(smaps)) {
      return new Sample(heapMib, Double.NaN, Double.NaN);
    }
    final long[] range = heapRange();
    double rss = 0;
    double inHeap = 0;
    boolean inside = false;
    try {
      for (final String line : Files.readAllLines(smaps)) {
        final Matcher mapping = MAPPING.matcher(line);
        if (mapping.matches()) {
          final long from = Long.parseUnsignedLong(mapping.group(1), 16);
          inside =
              Long.compareUnsigned(from, range[0]) >= 0 && Long.compareUnsigned(from, range[1]) < 0;
        } else if (line.startsWith("Rss:")) {
          final double mib = Double.parseDouble(line.replaceAll("[^0-9]", "")) / 1024;
          rss += mib;
          inHeap += inside ? mib : 0;
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Sample(heapMib, rss, rss - inHeap);
  }

  /** The lowest and highest address the virtual machine names in its description of the heap. */
  private static long[] heapRange() {
    final String text;
    try {
      text =
          (String)
              ManagementFactory.getPlatformMBeanServer()
                  .invoke(
                      new ObjectName("com.sun.management:type=DiagnosticCommand"),
                      "gcHeapInfo",
                      new Object[0],
                      new String[0]);
    } catch (JMException e) {
      throw new IllegalStateException("the JVM does not report the heap's addresses", e);
    }
    final String heap = text.split("Metaspace")[0];
    final Matcher matcher = ADDRESS.matcher(heap);
    long low = -1;
    long high = 0;
    while (matcher.find()) {
      final long address = Long.parseUnsignedLong(matcher.group(1), 16);
      low = Long.compareUnsigned(address, low) < 0 ? address : low;
      high = Long.compareUnsigned(address, high) > 0 ? address : high;
    }
    return new long[] {low, high};
  }

  /** Whether there are samples enough to compare an early third with the last. */
  boolean isAvailable() {
    return samples.size() >= MIN_SAMPLES;
  }

  double heapGrowthMib() {
    return growth(samples.stream().mapToDouble(Sample::heapMib).toArray());
  }

  double nativeGrowthMib() {
    return growth(samples.stream().mapToDouble(Sample::nativeMib).toArray());
  }

  boolean isFlat() {
    return !isAvailable()
        || (heapGrowthMib() <= HEAP_SLACK_MIB && !(nativeGrowthMib() > NATIVE_SLACK_MIB));
  }

  /** The median of the last third less that of the first, the first fifth left out as warm-up. */
  private static double growth(final double[] values) {
    final int from = values.length / 5;
    final int third = Math.max(1, (values.length - from) / 3);
    return median(values, values.length - third, values.length)
        - median(values, from, from + third);
  }

  private static double median(final double[] values, final int from, final int to) {
    final double[] part = Arrays.copyOfRange(values, from, to);
    Arrays.sort(part);
    return part[part.length / 2];
  }
}
