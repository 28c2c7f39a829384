package dev.coppice.decoder.batch;

import dev.coppice.model.BackendException;
import dev.coppice.model.LoadedWeights;
import dev.coppice.model.PathPolicy;
import dev.coppice.model.WeightsException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * Runs a {@link PathPolicy} as if it were a model, with a real pool of blocks.
 *
 * <p>The key and value of a position is its token and the version that computed it. Every pass reads
 * the whole path back through the row's block table, so a block that was freed too early, shared
 * wrongly or copied short shows up as a wrong token or as an error, and one that other weights
 * computed as an error.
 *
 * @thread the engine thread alone.
 * @cost 4 bytes per position; a pass reads each row's path once.
 */
public final class PathBackend implements InferenceBackend {
  private static final int UNWRITTEN = -1;

  private final String name;
  private final int vocabularySize;
  private final int contextTokens;
  private final Function<Path, PathPolicy> folders;
  private final Map<Integer, PathPolicy> policies = new HashMap<>();
  private final int[] path;
  private int[] slots = new int[0];
  private int[] versions = new int[0];
  private int newest;
  private int blockTokens = 1;

  /**
   * Makes a backend without blocks.
   *
   * @param name for reports.
   * @param vocabularySize the number of logits per row, at least 1.
   * @param contextTokens the largest number of tokens in one sequence, at least 1.
   * @param policy that gives the logits.
   */
  public PathBackend(
      final String name,
      final int vocabularySize,
      final int contextTokens,
      final PathPolicy policy) {
    this(name, vocabularySize, contextTokens, policy, PathBackend::unknown);
  }

  /**
   * Makes a backend without blocks that can change its policy.
   *
   * @param name for reports.
   * @param vocabularySize the number of logits per row, at least 1.
   * @param contextTokens the largest number of tokens in one sequence, at least 1.
   * @param policy that gives the logits at first.
   * @param folders gives the policy that a folder of weights stands for; throws {@link
   *     WeightsException} where it stands for none.
   */
  public PathBackend(
      final String name,
      final int vocabularySize,
      final int contextTokens,
      final PathPolicy policy,
      final Function<Path, PathPolicy> folders) {
    if (vocabularySize < 1 || contextTokens < 1) {
      throw new IllegalArgumentException(
          "a backend needs tokens: vocabularySize="
              + vocabularySize
              + " contextTokens="
              + contextTokens);
    }
    this.name = name;
    this.vocabularySize = vocabularySize;
    this.contextTokens = contextTokens;
    this.folders = folders;
    policies.put(0, policy);
    path = new int[contextTokens];
  }

  private static PathPolicy unknown(final Path folder) {
    throw new WeightsException("no policy is known for folder=" + folder, null);
  }

  private record Loaded(PathPolicy policy) implements LoadedWeights {
    @Override
    public void close() {
      // Nothing is held outside the heap.
    }
  }

  @Override
  public void startAt(final int version) {
    policies.put(version, policies.remove(newest));
    newest = version;
  }

  @Override
  public LoadedWeights load(final Path folder) {
    return new Loaded(folders.apply(folder));
  }

  @Override
  public void adopt(final LoadedWeights weights, final int version) {
    newest = version;
    policies.put(version, ((Loaded) weights).policy());
  }

  @Override
  public void retire(final int version) {
    policies.remove(version);
  }

  @Override
  public int policyVersion() {
    return newest;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int vocabularySize() {
    return vocabularySize;
  }

  @Override
  public int contextTokens() {
    return contextTokens;
  }

  @Override
  public long blockBytes(final int tokensPerBlock) {
    return (long) Integer.BYTES * tokensPerBlock;
  }

  @Override
  public void allocate(final int blocks, final int tokensPerBlock) {
    slots = new int[Math.multiplyExact(blocks, tokensPerBlock)];
    Arrays.fill(slots, UNWRITTEN);
    versions = new int[slots.length];
    blockTokens = tokensPerBlock;
  }

  @Override
  public void copyBlock(final int from, final int to, final int tokens) {
    System.arraycopy(slots, from * blockTokens, slots, to * blockTokens, tokens);
    System.arraycopy(versions, from * blockTokens, versions, to * blockTokens, tokens);
  }

  @Override
  public void forward(final ForwardBatch batch, final Logits logits) {
    logits.reset(batch.wantedLogits(), vocabularySize);
    final int wantedVersion = batch.policyVersion();
    final int version = wantedVersion == ForwardBatch.NEWEST ? newest : wantedVersion;
    final PathPolicy policy = policies.get(version);
    if (policy == null) {
      throw new BackendException("no such weights: version=" + version, null);
    }
    // As in a model, every row is written before any is read: a row may read what another computes.
    for (int row = 0; row < batch.rows(); row++) {
      write(batch, row, version);
    }
    int wanted = 0;
    for (int row = 0; row < batch.rows(); row++) {
      final int start = batch.start(row);
      read(batch, row, start + batch.length(row), version);
      for (int index = batch.logitsFrom(row); index < batch.length(row); index++) {
        score(policy, start + index + 1, logits, wanted++);
      }
    }
  }

  /** Scores one path; one that the policy does not know fails its own row alone. */
  private void score(
      final PathPolicy policy, final int length, final Logits logits, final int row) {
    try {
      policy.scores(path, length, logits.values(), logits.offset(row));
    } catch (final BackendException e) {
      logits.fail(row, e.getMessage());
    }
  }

  private void write(final ForwardBatch batch, final int row, final int version) {
    for (int index = 0; index < batch.length(row); index++) {
      final int token = batch.tokens()[batch.tokenOffset(row) + index];
      if (token < 0 || token >= vocabularySize) {
        throw new BackendException("no such token: token=" + token + " row=" + row, null);
      }
      final int slot = slot(batch, row, batch.start(row) + index);
      slots[slot] = token;
      versions[slot] = version;
    }
  }

  private void read(final ForwardBatch batch, final int row, final int length, final int version) {
    if (length > contextTokens) {
      throw new BackendException(
          "row exceeds the context: length=" + length + " contextTokens=" + contextTokens, null);
    }
    for (int position = 0; position < length; position++) {
      final int slot = slot(batch, row, position);
      final int token = slots[slot];
      if (token == UNWRITTEN) {
        throw new BackendException(
            "position was never written: row=" + row + " position=" + position, null);
      }
      if (versions[slot] != version) {
        throw new BackendException(
            "position is of other weights: row=%d position=%d version=%d wanted=%d"
                .formatted(row, position, versions[slot], version),
            null);
      }
      path[position] = token;
    }
  }

  private int slot(final ForwardBatch batch, final int row, final int position) {
    final int index = batch.blockOffset(row) + position / blockTokens;
    if (index >= batch.blockOffset(row + 1)) {
      throw new BackendException(
          "row has too few blocks: row=" + row + " position=" + position, null);
    }
    return batch.blocks()[index] * blockTokens + position % blockTokens;
  }

  @Override
  public void close() {
    slots = new int[0];
  }
}
