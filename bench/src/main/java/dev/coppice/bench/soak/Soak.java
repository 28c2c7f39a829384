package dev.coppice.bench.soak;

import dev.coppice.decoder.convert.RandomModel;
import dev.coppice.decoder.files.ModelConfig;
import dev.coppice.decoder.files.ModelDimensions;
import dev.coppice.decoder.files.TensorType;
import dev.coppice.engine.EngineStats;
import dev.coppice.fixture.LetterTokenizer;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Soaks the engine: {@code ./coppice soak --minutes N}; a line each minute, exit status 1 if memory
 * grew or anything was wrong.
 *
 * @thread the main thread.
 */
public final class Soak {
  private static final int MODELS = 3;
  private static final int CONTEXT = 512;
  private static final long MINUTE_NS = 60_000_000_000L;

  private final SoakOptions options;
  private final PrintStream out;
  private final MemoryGauge memory = new MemoryGauge();
  private final Sums sums = new Sums();
  private long nextSampleNs;

  Soak(final SoakOptions options, final PrintStream out) {
    this.options = options;
    this.out = out;
  }

  /** What closed rounds did. */
  private static final class Sums {
    private int rounds;
    private long groups;
    private long decoded;
    private long forks;
    private long evicted;
    private long preemptions;
    private long recomputed;
    private long swaps;
    private long checked;

    void add(final SoakRound round) {
      final EngineStats stats = round.stats();
      groups += round.delivered();
      decoded += stats.tokens().decoded();
      forks += stats.forks();
      evicted += stats.runner("evicted_blocks");
      preemptions += stats.runner("preemptions");
      recomputed += stats.tokens().recomputed();
      swaps += round.version();
      checked += round.checkedTokens();
    }

    @Override
    public String toString() {
      return "groups=%d decoded=%d forks=%d evicted=%d preemptions=%d recomputed=%d swaps=%d exact_tokens=%d"
          .formatted(groups, decoded, forks, evicted, preemptions, recomputed, swaps, checked);
    }
  }

  /**
   * Runs the soak and ends the process.
   *
   * @param arguments of the command line.
   */
  public static void main(final String[] arguments) {
    if (arguments.length > 0 && (arguments[0].equals("--help") || arguments[0].equals("-h"))) {
      System.out.println(SoakOptions.USAGE);
      System.exit(0);
    }
    int status = 2;
    try {
      final SoakOptions options = SoakOptions.parse(arguments);
      status = 1;
      status = new Soak(options, System.out).run() ? 0 : 1;
    } catch (final IllegalArgumentException e) {
      System.err.println("coppice: " + e.getMessage());
    } catch (final Exception | Error e) {
      System.err.println("coppice: the soak failed: " + e);
      e.printStackTrace(System.err);
    }
    System.exit(status);
  }

  /** Soaks; true if nothing was wrong and memory was flat. */
  boolean run() throws Exception {
    final Path folder = Files.createTempDirectory("coppice-soak");
    try {
      final List<Path> models = models(folder);
      final long endNs = System.nanoTime() + options.seconds() * 1_000_000_000L;
      nextSampleNs = System.nanoTime() + MINUTE_NS;
      say("begins: " + options + " pid=" + ProcessHandle.current().pid() + " " + Runtime.version());
      for (int number = 0; System.nanoTime() < endNs; number++) {
        final long roundNs = System.nanoTime() + options.roundSeconds() * 1_000_000_000L;
        try (SoakRound round = new SoakRound(options, models, number)) {
          round.run(Math.min(roundNs, endNs), nowNs -> sample(round, nowNs));
          sums.add(round);
          sums.rounds++;
        }
      }
    } finally {
      delete(folder);
    }
    return conclude();
  }

  private List<Path> models(final Path folder) throws IOException {
    final ModelDimensions d = RandomModel.shape(options.backend().shape()).dimensions();
    final int heads = RandomModel.shape(options.backend().shape()).attention().heads();
    final int kvHeads = RandomModel.shape(options.backend().shape()).attention().kvHeads();
    final int vocabulary = LetterTokenizer.ALPHABET.length();
    final ModelConfig config =
        RandomModel.llama(
            new ModelDimensions(
                d.hiddenSize(), d.intermediateSize(), d.layers(), vocabulary, CONTEXT),
            heads,
            kvHeads,
            true);
    final List<Path> models = new ArrayList<>();
    for (int i = 0; i < MODELS; i++) {
      models.add(folder.resolve("model" + i));
      RandomModel.write(models.get(i), config, TensorType.F32, options.seed() * MODELS + i);
    }
    return models;
  }

  private void sample(final SoakRound round, final long nowNs) {
    if (nowNs < nextSampleNs) {
      return;
    }
    nextSampleNs += MINUTE_NS;
    final MemoryGauge.Sample sample = memory.take();
    final EngineStats stats = round.stats();
    say(
        String.format(
            Locale.ROOT,
            "heap_mib=%.1f native_mib=%.1f rss_mib=%.1f rounds=%d | this round: groups=%d"
                + " decoded=%d forks=%d evicted=%d preemptions=%d recomputed=%d version=%d"
                + " exact_tokens=%d",
            sample.heapMib(),
            sample.nativeMib(),
            sample.rssMib(),
            sums.rounds,
            round.delivered(),
            stats.tokens().decoded(),
            stats.forks(),
            stats.runner("evicted_blocks"),
            stats.runner("preemptions"),
            stats.tokens().recomputed(),
            round.version(),
            round.checkedTokens()));
  }

  private boolean conclude() {
    final boolean flat = memory.isFlat();
    final String growth =
        memory.isAvailable()
            ? String.format(
                Locale.ROOT,
                "heap grew by %.1f MiB, native memory by %.1f MiB",
                memory.heapGrowthMib(),
                memory.nativeGrowthMib())
            : "too short to judge memory";
    say((flat ? "passed: " : "FAILED, memory grows: ") + sums + "; " + growth);
    return flat;
  }

  private void say(final String line) {
    out.println(Instant.now().truncatedTo(ChronoUnit.SECONDS) + " soak " + line);
    out.flush();
  }

  private static void delete(final Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (final Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
