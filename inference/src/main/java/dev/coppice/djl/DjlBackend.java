package dev.coppice.djl;

import dev.coppice.djl.attention.KvPool;
import dev.coppice.djl.attention.Slab;
import dev.coppice.djl.files.ModelConfig;
import dev.coppice.djl.files.WeightFiles;
import dev.coppice.djl.kernel.Linears;
import dev.coppice.djl.kernel.ThreadCrew;
import dev.coppice.inference.BackendException;
import dev.coppice.inference.ForwardBatch;
import dev.coppice.inference.InferenceBackend;
import dev.coppice.inference.Logits;
import java.nio.file.Path;

/**
 * Computes a decoder of the Llama family inside this process, on Deep Java Library.
 *
 * <p>A row's logits are the same bits alone and beside others, after one prefill or many
 * chunks, in blocks of any size. Each block is read once for all neighbours in the batch that name
 * it.
 *
 * @thread opened on any thread, then the engine thread alone.
 */
public final class DjlBackend implements InferenceBackend {
  private final String name;
  private final ModelConfig config;
  private final ThreadCrew crew;
  private final Linears linears;
  private final Decoder decoder;
  private final Slab slab;
  private DecoderWeights weights;
  private KvPool pool;
  private int policyVersion;
  private boolean closed;

  private DjlBackend(final Path folder, final ModelConfig config, final DjlSettings settings) {
    this.config = config;
    final Path last = folder.toAbsolutePath().normalize().getFileName();
    name = last == null ? folder.toString() : last.toString();
    crew = new ThreadCrew(settings.threads());
    linears = LinearsChoice.open(settings, crew);
    try {
      weights = DecoderWeights.load(linears, config, folder);
    } catch (RuntimeException | Error e) {
      linears.close();
      crew.close();
      throw e;
    }
    decoder = new Decoder(config, linears, crew, settings);
    slab = new Slab(settings.slabTokens());
  }

  /**
   * Loads a model.
   *
   * @param folder of the model, as Hugging Face lays it out.
   * @param settings of the computation.
   * @return a backend that needs {@link #allocate} before its first pass.
   * @throws dev.coppice.djl.files.ModelFileException naming what is missing, defective or not
   *     supported.
   */
  public static DjlBackend open(final Path folder, final DjlSettings settings) {
    final ModelConfig config = ModelConfig.read(folder);
    // The files are checked before the engine starts.
    WeightFiles.open(folder).close();
    return new DjlBackend(folder, config, settings);
  }

  /**
   * Returns the model's configuration.
   *
   * @return what config.json says.
   */
  public ModelConfig config() {
    return config;
  }

  /**
   * Puts other weights of the same shape in place of the present ones, between two passes.
   *
   * <p>The policy version rises by one. Keys and values in the pool stay those of the old weights;
   * the engine must not use them for the new.
   *
   * @param folder of the new weights, whose configuration must be the same.
   * @throws dev.coppice.djl.files.ModelFileException if they cannot be read; the old ones then stay.
   */
  public void swap(final Path folder) {
    if (closed) {
      throw new IllegalStateException("the backend is closed");
    }
    final ModelConfig other = ModelConfig.read(folder);
    if (!other.equals(config)) {
      throw new IllegalArgumentException(
          "new weights need the same configuration: old=" + config + " new=" + other);
    }
    final DecoderWeights old = weights;
    weights = DecoderWeights.load(linears, config, folder);
    policyVersion++;
    old.close();
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
    return KvPool.blockBytes(config.attention(), config.dimensions().layers(), blockTokens);
  }

  @Override
  public void allocate(final int blocks, final int blockTokens) {
    if (blocks < 1 || blockTokens < 1) {
      throw new IllegalArgumentException(
          "the pool needs blocks: blocks=" + blocks + " blockTokens=" + blockTokens);
    }
    // The old pool goes first: both together may not fit.
    pool = null;
    pool = new KvPool(config.attention(), config.dimensions().layers(), blocks, blockTokens);
  }

  @Override
  public void copyBlock(final int from, final int to, final int tokens) {
    pool.copy(from, to, tokens);
  }

  @Override
  public void forward(final ForwardBatch batch, final Logits logits) {
    check(batch);
    final int vocabulary = vocabularySize();
    final float[] values = logits.reset(batch.wantedLogits(), vocabulary);
    int done = 0;
    try {
      slab.begin();
      while (slab.next(batch)) {
        decoder.run(slab, weights, pool, values, done * vocabulary);
        done += slab.wantedRows();
      }
    } catch (ai.djl.engine.EngineException e) {
      throw new BackendException("the forward pass failed: " + e.getMessage(), e);
    }
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
      weights.close();
      linears.close();
      crew.close();
    }
  }
}
