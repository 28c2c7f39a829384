package dev.coppice.app.serve;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Holds what an engine's process takes at one moment, in MiB where it is a size.
 *
 * <p>The live heap is what a full collection leaves; native is what the JVM has counted of its own
 * allocations, Arrow's among them; resident is what the kernel counts once the C library has given
 * back what was freed.
 */
record MemoryLook(
    double hours,
    double liveHeap,
    double arrow,
    double nativeCommitted,
    double nativeOther,
    double resident,
    double residentAnonymous,
    double disk,
    long files,
    long descriptors) {
  private static final double MIB = 1024.0 * 1024;
  private static final double KIB_PER_MIB = 1024;
  private static final Pattern LIVE = Pattern.compile("(?m)^Total\\s+\\d+\\s+(\\d+)");
  private static final Pattern COMMITTED =
      Pattern.compile("Total: reserved=\\d+KB, committed=(\\d+)KB");
  private static final Pattern OTHER =
      Pattern.compile("Other \\(reserved=\\d+KB, committed=(\\d+)KB");
  private static final Pattern ARROW = Pattern.compile("\"arrow_bytes\":(\\d+)");

  /** Looks at a process whose native memory is tracked. */
  static MemoryLook at(
      final double hours, final Process engine, final String status, final Path folder)
      throws IOException, InterruptedException {
    final String histogram = jcmd(engine, "GC.class_histogram");
    jcmd(engine, "System.trim_native_heap");
    final String tracked = jcmd(engine, "VM.native_memory", "summary", "scale=KB");
    final Path proc = Path.of("/proc", Long.toString(engine.pid()));
    final String kernel = Files.readString(proc.resolve("status"));
    final long[] onDisk = onDisk(folder);
    return new MemoryLook(
        hours,
        number(LIVE, histogram) / MIB,
        number(ARROW, status) / MIB,
        number(COMMITTED, tracked) / KIB_PER_MIB,
        number(OTHER, tracked) / KIB_PER_MIB,
        number(Pattern.compile("VmRSS:\\s+(\\d+)"), kernel) / KIB_PER_MIB,
        number(Pattern.compile("RssAnon:\\s+(\\d+)"), kernel) / KIB_PER_MIB,
        onDisk[1] / MIB,
        onDisk[0],
        count(proc.resolve("fd")));
  }

  /** Asks a process of this JDK. */
  static String jcmd(final Process process, final String... command)
      throws IOException, InterruptedException {
    final List<String> all =
        new java.util.ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                Long.toString(process.pid())));
    all.addAll(List.of(command));
    final Process jcmd = new ProcessBuilder(all).redirectErrorStream(true).start();
    final String answer = new String(jcmd.getInputStream().readAllBytes());
    jcmd.waitFor();
    return answer;
  }

  /** Returns whether the process answered in time. */
  boolean isWhole() {
    return liveHeap > 0 && nativeCommitted > 0;
  }

  private static double number(final Pattern pattern, final String text) {
    final Matcher matcher = pattern.matcher(text);
    return matcher.find() ? Double.parseDouble(matcher.group(1)) : Double.NaN;
  }

  private static long count(final Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.count();
    }
  }

  /** Counts the files below a folder and their bytes; a file may vanish meanwhile. */
  private static long[] onDisk(final Path folder) throws IOException {
    final long[] sums = new long[2];
    try (Stream<Path> files = Files.walk(folder)) {
      for (final Path file : files.filter(Files::isRegularFile).toList()) {
        sums[1] += Files.size(file);
        sums[0]++;
      }
    } catch (final NoSuchFileException | java.io.UncheckedIOException e) {
      return onDisk(folder);
    }
    return sums;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "minute=%.2f live_heap_mib=%.2f arrow_mib=%.3f native_mib=%.1f native_other_mib=%.2f"
            + " rss_mib=%.1f rss_anon_mib=%.1f disk_mib=%.2f files=%d descriptors=%d",
        hours * 60,
        liveHeap,
        arrow,
        nativeCommitted,
        nativeOther,
        resident,
        residentAnonymous,
        disk,
        files,
        descriptors);
  }
}
