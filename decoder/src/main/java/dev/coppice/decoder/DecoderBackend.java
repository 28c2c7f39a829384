package dev.coppice.decoder;

import dev.coppice.chat.files.ModelFileException;
import dev.coppice.decoder.attention.KernelRate;
import dev.coppice.decoder.attention.KvPool;
import dev.coppice.decoder.attention.Slab;
import dev.coppice.decoder.batch.ForwardBatch;
import dev.coppice.decoder.batch.InferenceBackend;
import dev.coppice.decoder.batch.Logits;
import dev.coppice.decoder.files.ModelConfig;
import dev.coppice.decoder.files.WeightFiles;
import dev.coppice.decoder.kernel.Linears;
import dev.coppice.decoder.kernel.WorkerPool;
import dev.coppice.model.BackendException;
import dev.coppice.model.LoadedWeights;
import dev.coppice.model.WeightsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * Computes a decoder of the Llama family inside this process, on Deep Java Library.
 *
 * <p>A row's logits are the same bits alone and beside others, after one prefill or many
 * chunks, in blocks of any size. Each block is read once for all neighbours in the batch that name
 * it.
 *
 * @thread opened on any thread, then the engine thread alone.
 */
public final class DecoderBackend implements InferenceBackend {
  private final String name;
  private final ModelConfig config;
  private final WorkerPool workers;
  private final Linears linears;
  private final Decoder decoder;
  private final Slab slab;
  private final Path tokenizer;
  private final DecoderSettings settings;
  private final Map<Integer, DecoderWeights> weights = new HashMap<>();
  private KvPool pool;
  private int policyVersion;
  private boolean closed;

  private DecoderBackend(
      final Path folder,
      final Path lora,
      final ModelConfig config,
      final DecoderSettings settings) {
    this.config = config;
    name = lora == null ? name(folder) : name(folder) + "+" + name(lora);
    workers = new WorkerPool(settings.threads());
    linears = LinearsChoice.open(settings, workers);
    tokenizer = folder.resolve("tokenizer.json");
    this.settings = settings;
    try {
      weights.put(0, DecoderWeights.load(linears, config, folder, lora));
    } catch (RuntimeException | Error e) {
      linears.close();
      workers.close();
      throw e;
    }
    decoder = new Decoder(config, linears, workers, settings);
    slab = new Slab(settings.slabTokens());
    KernelRate.ofProcess();
  }

  private static String name(final Path path) {
    final Path last = path.toAbsolutePath().normalize().getFileName();
    return last == null ? path.toString() : last.toString();
  }

  /**
   * Loads a model.
   *
   * @param model folder, as Hugging Face lays it out, or GGUF file.
   * @param settings of the computation.
   * @return a backend that needs {@link #allocate} before its first pass.
   * @throws ModelFileException naming what is missing, defective or not supported.
   */
  public static DecoderBackend open(final Path model, final DecoderSettings settings) {
    return open(model, null, settings);
  }

  /**
   * Loads a model and merges an adapter into its weights.
   *
   * @param model folder, as Hugging Face lays it out, or GGUF file.
   * @param lora folder of the adapter, as PEFT saves it, or null; weights that come later are taken as
   *     they are.
   * @param settings of the computation.
   * @return a backend that needs {@link #allocate} before its first pass.
   * @throws ModelFileException naming what is missing, defective or not supported.
   */
  public static DecoderBackend open(
      final Path model, final Path lora, final DecoderSettings settings) {
    DeviceCheck.require(settings.device());
    final ModelConfig config = ModelConfig.read(model);
    LinearsChoice.require(config, settings);
    // The files are checked before the engine starts.
    WeightFiles.open(model, lora).close();
    return new DecoderBackend(model, lora, config, settings);
  }

  /**
   * Says what computes, and how fast: measured once when the first backend of the process was
   * opened.
   *
   * @return one line for the log.
   */
  public String kernels() {
    return "kernels: " + LinearsChoice.describe(settings) + "; " + KernelRate.ofProcess().text();
  }

  /**
   * Returns the model's configuration.
   *
   * @return what config.json says.
   */
  public ModelConfig config() {
    return config;
  }

  /** Weights packed and ready. */
  private record Loaded(DecoderWeights weights) implements LoadedWeights {
    @Override
    public void close() {
      weights.close();
    }
  }

  @Override
  public void startAt(final int version) {
    weights.put(version, weights.remove(policyVersion));
    policyVersion = version;
  }

  @Override
  public LoadedWeights load(final Path folder) {
    final String where = "the weights in " + folder + " are refused: ";
    try {
      final ModelConfig other = ModelConfig.read(folder);
      if (!other.equals(config)) {
        throw new WeightsException(
            where + "they are of another model: present=" + config + " new=" + other, null);
      }
      final Path otherTokenizer = folder.resolve("tokenizer.json");
      if (Files.exists(tokenizer)
          && Files.exists(otherTokenizer)
          && Files.mismatch(tokenizer, otherTokenizer) >= 0) {
        throw new WeightsException(where + "tokenizer.json is another than the model's", null);
      }
      // A module of its own packs: that of the engine thread may be computing.
      try (Linears packing = LinearsChoice.forPacking(settings)) {
        return new Loaded(DecoderWeights.load(packing, config, folder, null));
      }
    } catch (ModelFileException | IOException | IllegalArgumentException e) {
      throw new WeightsException(where + e.getMessage(), e);
    }
  }

  @Override
  public void adopt(final LoadedWeights loaded, final int version) {
    weights.put(version, ((Loaded) loaded).weights());
    policyVersion = version;
  }

  @Override
  public void retire(final int version) {
    weights.remove(version).close();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int vocabularySize() {
    return config.dimensions().vocabularySize();
  }

  @Override
  public int contextTokens() {
    return config.dimensions().contextTokens();
  }

  @Override
  public long blockBytes(final int blockTokens) {
    return kept().blockBytes(blockTokens);
  }

  @Override
  public void allocate(final int blocks, final int blockTokens) {
    if (blocks < 1 || blockTokens < 1) {
      throw new IllegalArgumentException(
          "the pool needs blocks: blocks=" + blocks + " blockTokens=" + blockTokens);
    }
    // The old pool goes first: both together may not fit.
    pool = null;
    decoder.release();
    pool = KvPool.open(kept(), blocks, blockTokens);
  }

  private KvPool.Shape kept() {
    return new KvPool.Shape(
        config.attention(), config.dimensions().layers(), settings.precision().halfKv());
  }

  @Override
  public void copyBlock(final int from, final int to, final int tokens) {
    pool.copy(from, to, tokens);
  }

  @Override
  public void forward(final ForwardBatch batch, final Logits logits) {
    check(batch);
    final DecoderWeights used = weightsOf(batch);
    final int vocabulary = vocabularySize();
    final float[] values = logits.reset(batch.wantedLogits(), vocabulary);
    int done = 0;
    try {
      slab.begin();
      while (slab.next(batch)) {
        decoder.run(slab, used, pool, values, done * vocabulary);
        done += slab.wantedRows();
      }
    } catch (ai.djl.engine.EngineException e) {
      throw new BackendException("the forward pass failed: " + e.getMessage(), e);
    }
  }

  private DecoderWeights weightsOf(final ForwardBatch batch) {
    final int version = batch.policyVersion();
    final DecoderWeights used =
        weights.get(version == ForwardBatch.NEWEST ? policyVersion : version);
    if (used == null) {
      throw new IllegalArgumentException(
          "there are no such weights: version=" + version + " newest=" + policyVersion);
    }
    return used;
  }

  /** Refuses a batch that would read or write outside the pool. */
  private void check(final ForwardBatch batch) {
    if (pool == null || closed) {
      throw new IllegalStateException("no pool: allocated=" + (pool != null) + " closed=" + closed);
    }
    for (int row = 0; row < batch.rows(); row++) {
      final int end = batch.start(row) + batch.length(row);
      final int blocks = batch.blockOffset(row + 1) - batch.blockOffset(row);
      if (batch.start(row) < 0 || end > contextTokens()) {
        throw new IllegalArgumentException(
            "a row exceeds the context: row=%d start=%d end=%d context=%d"
                .formatted(row, batch.start(row), end, contextTokens()));
      }
      if ((long) blocks * pool.blockTokens() < end) {
        throw new IllegalArgumentException(
            "a row has too few blocks: row=%d blocks=%d end=%d".formatted(row, blocks, end));
      }
    }
    for (int i = 0; i < batch.blockOffset(batch.rows()); i++) {
      if (batch.blocks()[i] < 0 || batch.blocks()[i] >= pool.blocks()) {
        throw new IllegalArgumentException(
            "there is no such block: block=" + batch.blocks()[i] + " blocks=" + pool.blocks());
      }
    }
    for (int i = 0; i < batch.totalTokens(); i++) {
      if (batch.tokens()[i] < 0 || batch.tokens()[i] >= vocabularySize()) {
        throw new IllegalArgumentException(
            "there is no such token: token=%d vocabularySize=%d"
                .formatted(batch.tokens()[i], vocabularySize()));
      }
    }
  }

  @Override
  public int policyVersion() {
    return policyVersion;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      weights.values().forEach(DecoderWeights::close);
      linears.close();
      workers.close();
    }
  }
}
