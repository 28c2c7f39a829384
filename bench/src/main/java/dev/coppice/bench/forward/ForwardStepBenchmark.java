package dev.coppice.bench.forward;

import dev.coppice.decoder.DecoderBackend;
import dev.coppice.decoder.DecoderSettings;
import dev.coppice.decoder.batch.ForwardBatch;
import dev.coppice.decoder.batch.Logits;
import dev.coppice.decoder.convert.RandomModel;
import dev.coppice.decoder.files.TensorType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Decodes one token for every branch of a shared prefix; {@code tokens} counts them per second.
 *
 * <p>Branches run from position 128 to 191 and then from 128 again, so that the context stays that
 * of a short agent turn.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(
    value = 1,
    jvmArgsAppend = {"-Xmx2g"})
@Warmup(iterations = 3, time = 3)
@Measurement(iterations = 5, time = 2)
public class ForwardStepBenchmark {
  private static final int PREFIX = 128;
  private static final int STEPS = 64;
  private static final int BLOCK_TOKENS = 32;
  private static final int SHARED_BLOCKS = PREFIX / BLOCK_TOKENS;
  private static final int OWN_BLOCKS = STEPS / BLOCK_TOKENS;

  /** The shape of the model: {@code tiny} has 0.75 M weights, {@code m15} 15 M. */
  @Param({"tiny", "m15"})
  public String shape;

  /** The number of branches. */
  @Param({"1", "8", "32", "64"})
  public int branches;

  /** The number of threads PyTorch computes with. */
  @Param({"1"})
  public int threads;

  private final ForwardBatch batch = new ForwardBatch();
  private final Logits logits = new Logits();
  private Path folder;
  private DecoderBackend backend;
  private int step;

  /** Counts decoded tokens. */
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.OPERATIONS)
  public static class Counters {
    /** Tokens decoded. */
    public long tokens;

    /** Starts from zero. */
    @Setup(Level.Iteration)
    public void reset() {
      tokens = 0;
    }
  }

  /**
   * Writes and opens a random model and computes the prefix.
   *
   * @throws IOException if the model cannot be written.
   */
  @Setup
  public void open() throws IOException {
    folder = Files.createTempDirectory("coppice-bench");
    RandomModel.write(folder, RandomModel.shape(shape), TensorType.F32, 1);
    backend = DecoderBackend.open(folder, DecoderSettings.defaults().withThreads(threads));
    backend.allocate(SHARED_BLOCKS + branches * OWN_BLOCKS, BLOCK_TOKENS);
    final int row = batch.addRow(0, PREFIX, SHARED_BLOCKS, PREFIX);
    for (int i = 0; i < PREFIX; i++) {
      batch.token(row, i, 3 + i % 50);
    }
    for (int i = 0; i < SHARED_BLOCKS; i++) {
      batch.block(row, i, i);
    }
    backend.forward(batch, logits);
  }

  /**
   * Decodes one token per branch.
   *
   * @param counters of tokens.
   * @return the logits.
   */
  @Benchmark
  public Logits decode(final Counters counters) {
    final int position = PREFIX + step;
    final int blocks = position / BLOCK_TOKENS + 1;
    batch.clear();
    for (int branch = 0; branch < branches; branch++) {
      final int row = batch.addRow(position, 1, blocks, 0);
      batch.token(row, 0, 3 + (branch * 7 + step) % 50);
      for (int i = 0; i < blocks; i++) {
        final int own = SHARED_BLOCKS + branch * OWN_BLOCKS + i - SHARED_BLOCKS;
        batch.block(row, i, i < SHARED_BLOCKS ? i : own);
      }
    }
    backend.forward(batch, logits);
    step = (step + 1) % STEPS;
    counters.tokens += branches;
    return logits;
  }

  /**
   * Closes and deletes the model.
   *
   * @throws IOException if a file cannot be deleted.
   */
  @TearDown
  public void close() throws IOException {
    backend.close();
    Files.delete(folder.resolve("config.json"));
    Files.delete(folder.resolve("model.safetensors"));
    Files.delete(folder);
  }
}
