package dev.coppice.app.enginecheck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.coppice.app.runner.Engines;
import dev.coppice.chat.tokenizer.ModelTokenizer;
import dev.coppice.draw.Copies;
import dev.coppice.model.Draws;
import dev.coppice.model.LoadedWeights;
import dev.coppice.model.ModelRunner;
import dev.coppice.model.Quotes;
import dev.coppice.model.RunnerListener;
import dev.coppice.model.RunnerRequest;
import dev.coppice.model.RunnerSession;
import dev.coppice.model.SequenceModel;
import dev.coppice.model.Tokenizer;
import dev.coppice.model.Work;
import dev.coppice.remote.http.HttpLink;
import dev.coppice.remote.probe.Connection;
import dev.coppice.remote.trial.EngineCheck;
import dev.coppice.remote.trial.TreeBench;
import dev.coppice.trajectory.SamplingSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The real servers, F32, against the embedded decoder: run with {@code COPPICE_SERVED_MODEL} naming the model
 * and {@code COPPICE_SERVER_VLLM}, {@code _SGLANG}, {@code _LLAMA_SERVER} the addresses that
 * {@code bench/servers/install.sh} prints; a server that is not named is skipped.
 */
@Tag("slow")
final class RealServersTest {
  private static final double CLOSE = 2e-4;
  private static final int DRAWS = 8;
  private static final int TOKENS = 24;
  private static final String TEXT =
      "The third drawer holds a brass key and a note. Whoever opens it reads the note first. ";

  private static String url(final String engine) {
    final String name = "COPPICE_SERVER_" + engine.toUpperCase(Locale.ROOT).replace('-', '_');
    final String url = System.getenv(name);
    assumeTrue(
        url != null && System.getenv("COPPICE_SERVED_MODEL") != null,
        name + " or COPPICE_SERVED_MODEL is not set");
    return url;
  }

  private static Path model() {
    return Path.of(System.getenv("COPPICE_SERVED_MODEL"));
  }

  private static ModelRunner runner(final String engine, final Tokenizer tokenizer) {
    return Engines.openServed(engine, model(), tokenizer, Map.of("urls", List.of(url(engine))));
  }

  @ParameterizedTest
  @ValueSource(strings = {"vllm", "sglang", "llama-server"})
  void shouldPassEveryCheckThatRunsNeed(final String engine) throws InterruptedException {
    final EngineCheck.Report report =
        EngineCheck.of(new Connection.Address(url(engine), ""), "", model());
    assertEquals(engine, report.facts().engine());
    assertTrue(report.isUsable(), report::toString);
  }

  @ParameterizedTest
  @ValueSource(strings = {"vllm", "sglang", "llama-server"})
  void shouldTellTheLogProbabilitiesTheModelHas(final String engine) {
    url(engine);
    try (Tokenizer tokenizer = ModelTokenizer.open(model());
        ModelRunner runner = runner(engine, tokenizer);
        SequenceModel reference =
            Engines.openSequence(RunnerRequest.of(model(), tokenizer), Map.of())) {
      runner.begin(new RunnerSession(System::nanoTime, 0, false, 2, true));
      final Work work =
          new Work(
              new Work.Place(0, 0, 0),
              Copies.one(7),
              tokenizer.encode(TEXT),
              new Work.Terms(SamplingSettings.PLAIN, new Work.Stops(List.of(), List.of())));
      runner.submit(work.ask(TOKENS, DRAWS));
      final Compared compared = new Compared(work, reference);
      while (compared.tokens == 0) {
        runner.poll(compared);
      }
      assertTrue(compared.worst < CLOSE, "worst=" + compared.worst);
      assertTrue(compared.tokens >= DRAWS, "tokens=" + compared.tokens);
    }
  }

  private static int blockOfVllm() {
    try (HttpLink link = new HttpLink("")) {
      return Connection.find(link, new Connection.Address(url("vllm"), "")).facts().blockTokens();
    } catch (final InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"vllm", "sglang"})
  void shouldGoOverToNewWeightsThatTheServerReads(final String engine, @TempDir final Path folder)
      throws IOException {
    url(engine);
    final Path changed = ChangedModel.of(model(), folder.resolve("changed"));
    try (Tokenizer tokenizer = ModelTokenizer.open(model());
        ModelRunner runner = runner(engine, tokenizer)) {
      runner.begin(new RunnerSession(System::nanoTime, 0, true, 2, true));
      try {
        assertTrue(worst(runner, tokenizer, model()) < CLOSE);
        runner.adopt(loaded(runner, changed), 1);
        // The path was in the cache: keys and values of the old weights would show.
        final double off = worst(runner, tokenizer, changed);
        assertTrue(off < CLOSE, "worst=" + off);
        assertTrue(worst(runner, tokenizer, model()) > CLOSE);
      } finally {
        runner.adopt(loaded(runner, model()), 2);
      }
    }
  }

  /** Has the servers go over while the runner is polled, as an engine does. */
  private static LoadedWeights loaded(final ModelRunner runner, final Path weights) {
    final CompletableFuture<LoadedWeights> loading =
        CompletableFuture.supplyAsync(() -> runner.load(weights));
    final Compared nothing = new Compared(null, null);
    while (!loading.isDone()) {
      runner.poll(nothing);
      Thread.onSpinWait();
    }
    return loading.join();
  }

  /** Samples a few tokens and compares them with what a folder's weights say. */
  private static double worst(
      final ModelRunner runner, final Tokenizer tokenizer, final Path weights) {
    try (SequenceModel reference =
        Engines.openSequence(RunnerRequest.of(weights, tokenizer), Map.of())) {
      final Work work =
          new Work(
              new Work.Place(0, 0, 0),
              Copies.one(7),
              tokenizer.encode(TEXT.repeat(3)),
              new Work.Terms(SamplingSettings.PLAIN, new Work.Stops(List.of(), List.of())));
      runner.submit(work.ask(8, 2));
      final Compared compared = new Compared(work, reference);
      while (compared.tokens == 0) {
        runner.poll(compared);
      }
      return compared.worst;
    }
  }

  /** Scores every draw with the reference and keeps the largest distance. */
  private static final class Compared implements RunnerListener {
    private final Work work;
    private final SequenceModel reference;
    private double worst;
    private int tokens;

    Compared(final Work work, final SequenceModel reference) {
      this.work = work;
      this.reference = reference;
    }

    @Override
    public void quoted(final Quotes quotes) {
      // Everything is paid.
    }

    @Override
    public void drawn(final Draws draws) {
      assertEquals(null, draws.failure(0));
      for (int draw = 0; draw < draws.count(0); draw++) {
        final int length = draws.length(0, draw);
        final int[] path = Arrays.copyOf(work.tokens(), work.length() + length);
        for (int i = 0; i < length; i++) {
          path[work.length() + i] = draws.token(0, draw, i);
        }
        final double[] scores = reference.score(path, 1).logprobs();
        for (int i = 0; i < length; i++) {
          worst = Math.max(worst, Math.abs(scores[work.length() + i] - draws.logprob(0, draw, i)));
          tokens++;
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"vllm", "sglang", "llama-server"})
  void shouldComputeOfATreeLittleMoreThanIsUnique(final String engine) {
    url(engine);
    try (Tokenizer tokenizer = ModelTokenizer.open(model());
        ModelRunner runner = runner(engine, tokenizer)) {
      final String nonce = Long.toString(System.nanoTime(), 36);
      final int[] prompt = Arrays.copyOf(tokenizer.encode(nonce + TEXT.repeat(40)), 400);
      final int block = engine.equals("vllm") ? blockOfVllm() : 1;
      final TreeBench.Job job = new TreeBench(runner, prompt, 4, 8, block).tree();
      final double slack = engine.equals("llama-server") ? 1.05 : 1.02;
      // The last token of a sampled path is computed by whoever goes on, and what of it fills no
      // block.
      final long tails = 4L * block;
      final double most = slack * job.uniquePrompt() + job.unshared() + tails;
      assertTrue(job.computedPrompt() <= most, job + " most=" + most);
    }
  }
}
