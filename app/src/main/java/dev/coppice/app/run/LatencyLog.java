package dev.coppice.app.run;

import dev.coppice.engine.EngineStats;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.HdrHistogram.Histogram;

/** Writes {@code latency.hgrm}: one section per arm and histogram, as HdrHistogram prints them. */
final class LatencyLog {
  private static final double NS_PER_US = 1000.0;

  private LatencyLog() {}

  static void append(final Path path, final String arm, final EngineStats.Latencies latencies)
      throws IOException {
    final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (PrintStream out = new PrintStream(bytes, false, StandardCharsets.UTF_8)) {
      section(out, arm, "scheduling_delay", latencies.schedulingDelay());
      section(out, arm, "tool_latency", latencies.toolLatency());
      section(out, arm, "step_time", latencies.stepTime());
    }
    Files.write(path, bytes.toByteArray(), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  private static void section(
      final PrintStream out, final String arm, final String name, final Histogram histogram) {
    out.println("# arm=" + arm + " histogram=" + name + " unit=us");
    histogram.outputPercentileDistribution(out, NS_PER_US);
    out.println();
  }
}
