package dev.coppice.bench.streams;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.management.OperatingSystemMXBean;
import dev.coppice.draw.Copies;
import dev.coppice.fixture.LetterTokenizer;
import dev.coppice.model.Draws;
import dev.coppice.model.ModelRunner;
import dev.coppice.model.Quotes;
import dev.coppice.model.RunnerListener;
import dev.coppice.model.RunnerSession;
import dev.coppice.model.Work;
import dev.coppice.remote.work.RemoteOpening;
import dev.coppice.remote.work.RemoteSettings;
import dev.coppice.trajectory.SamplingSettings;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures what answers cost that stream at the same time. */
@Command(
    name = "streams-bench",
    mixinStandardHelpOptions = true,
    description = {
      "Has a stub in another process stream answers, all at a time, and prints what they cost here:",
      "processor time and allocated bytes a token, platform threads, bytes a token on the wire."
    })
public final class StreamsBenchCommand implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final long PARK_NS = 1_000_000;
  private static final double NS_IN_US = 1e3;

  @Option(
      names = "--requests",
      defaultValue = "2000",
      description = "Answers at a time (default: ${DEFAULT-VALUE}).")
  private int requests;

  @Option(
      names = "--tokens",
      defaultValue = "128",
      description = "Tokens of each (default: ${DEFAULT-VALUE}).")
  private int tokens;

  @Option(
      names = "--ms",
      defaultValue = "10000",
      description = "Time of each in milliseconds (default: ${DEFAULT-VALUE}).")
  private int ms;

  @Option(
      names = "--rounds",
      defaultValue = "3",
      description = "Rounds, of which the first warms up (default: ${DEFAULT-VALUE}).")
  private int rounds;

  /** Made by picocli. */
  public StreamsBenchCommand() {}

  /** What a process has used so far. */
  private record Used(long cpuNs, long allocated, long wireBytes, long wallNs) {
    static Used now(final URI stub) throws IOException, InterruptedException {
      final OperatingSystemMXBean system =
          ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
      final com.sun.management.ThreadMXBean threads =
          ManagementFactory.getPlatformMXBean(com.sun.management.ThreadMXBean.class);
      final long wire = sent(stub);
      return new Used(
          system.getProcessCpuTime(),
          threads.getTotalThreadAllocatedBytes(),
          wire,
          System.nanoTime());
    }

    private static long sent(final URI stub) throws IOException, InterruptedException {
      try (HttpClient client = HttpClient.newHttpClient()) {
        final JsonNode told =
            new ObjectMapper()
                .readTree(
                    client
                        .send(
                            HttpRequest.newBuilder(stub.resolve("/sent")).build(),
                            HttpResponse.BodyHandlers.ofString())
                        .body());
        return told.path("bytes").asLong();
      }
    }
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    final Process stub =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                StreamingStub.class.getName(),
                Integer.toString(ms))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (BufferedReader out = stub.inputReader()) {
      final String port = out.readLine();
      if (port == null) {
        throw new IOException("the stub did not start");
      }
      final URI uri = URI.create("http://127.0.0.1:" + port);
      try (ModelRunner runner = open(uri)) {
        for (int round = 0; round < rounds; round++) {
          round(runner, uri, round);
        }
      }
    } finally {
      stub.destroyForcibly();
    }
    return 0;
  }

  private ModelRunner open(final URI uri) {
    return RemoteOpening.open(
        new RemoteOpening.Servers("vllm", List.of(uri.toString()), "", "", 0),
        new LetterTokenizer(),
        new RemoteOpening.Wishes(
            SamplingSettings.PLAIN,
            new RemoteSettings.Patience(PATIENCE, PATIENCE, 2),
            requests,
            0,
            false));
  }

  private void round(final ModelRunner runner, final URI uri, final int round)
      throws IOException, InterruptedException {
    runner.begin(new RunnerSession(System::nanoTime, 0, false, 2, false));
    ManagementFactory.getThreadMXBean().resetPeakThreadCount();
    final Used before = Used.now(uri);
    for (int i = 0; i < requests; i++) {
      final int[] path = {1 + i % 23, 1 + i / 23 % 23, 1 + i / 529 % 23, 5, 6, 7, 8, 9};
      final Work work =
          new Work(
              new Work.Place(i, i, i),
              Copies.one(i),
              path,
              new Work.Terms(SamplingSettings.PLAIN, new Work.Stops(List.of(), List.of())));
      runner.submit(work.ask(tokens, 1));
    }
    final Desk desk = new Desk();
    while (desk.answers < requests) {
      if (runner.poll(desk) == 0) {
        LockSupport.parkNanos(PARK_NS);
      }
    }
    final int threads = ManagementFactory.getThreadMXBean().getPeakThreadCount();
    final Used after = Used.now(uri);
    System.out.printf(
        Locale.ROOT,
        "round %d: %d answers at a time, %d tokens in %.1f s; %.1f us of processor and %.0f bytes"
            + " allocated a token, %.0f bytes a token on the wire, at most %d platform threads, %d"
            + " failed%n",
        round,
        requests,
        desk.tokens,
        (after.wallNs() - before.wallNs()) / 1e9,
        (after.cpuNs() - before.cpuNs()) / NS_IN_US / desk.tokens,
        (double) (after.allocated() - before.allocated()) / desk.tokens,
        (double) (after.wireBytes() - before.wireBytes()) / desk.tokens,
        threads,
        desk.failed);
  }

  /** Counts what comes. */
  private static final class Desk implements RunnerListener {
    private int answers;
    private int failed;
    private long tokens;

    @Override
    public void quoted(final Quotes quotes) {
      // Everything is paid.
    }

    @Override
    public void drawn(final Draws draws) {
      for (int row = 0; row < draws.rows(); row++) {
        answers++;
        failed += draws.failure(row) == null ? 0 : 1;
        tokens += draws.tokens(row);
      }
    }
  }
}
