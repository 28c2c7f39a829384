package dev.coppice.decoder.batch;

import dev.coppice.decoder.sampling.RowDrawer;
import dev.coppice.decoder.sampling.Sampler;
import dev.coppice.model.BackendException;
import dev.coppice.model.Draws;
import dev.coppice.model.LoadedWeights;
import dev.coppice.model.ModelRunner;
import dev.coppice.model.Quotes;
import dev.coppice.model.RunnerListener;
import dev.coppice.model.RunnerSession;
import dev.coppice.model.Work;
import dev.coppice.trajectory.RolloutFailure;
import dev.coppice.trajectory.SamplingSettings;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Runs a model in this process, over blocks of keys and values, a token at a time.
 *
 * <p>Every poll plans one batch over all sequences of all trees, decode steps and chunks of prefill
 * together, quotes it, computes what was paid for, and draws. It answers everything in order and
 * computes what it quoted.
 *
 * <pre>
 *   submit -&gt; queue -&gt; BatchPlanner -&gt; quotes -&gt; InferenceBackend -&gt; Sampler -&gt; draws
 *                          |  leases, preemption, turns of versions
 *                      PrefixCache
 * </pre>
 *
 * @thread the engine thread, but {@link #load}.
 */
public final class BatchRunner implements ModelRunner {
  private final InferenceBackend backend;
  private final BatchConfig config;
  private final Supplier<Remark> remark;
  private final RowDrawer.Maker drawers;
  private final Logits logits = new Logits();
  private final ForwardBatch forward = new ForwardBatch();
  private final Quotes quotes = new Quotes();
  private final Draws draws = new Draws();
  private BatchState state;
  private Versions versions;
  private Prompts prompts;
  private BatchPlanner planner;
  private RowDrawer drawer;
  private SamplingSettings drawnWith;

  /**
   * Makes a runner.
   *
   * @param backend that computes logits; closed with the runner.
   * @param config of batches and blocks.
   */
  public BatchRunner(final InferenceBackend backend, final BatchConfig config) {
    this(backend, config, () -> Remark.NONE, Sampler::new);
  }

  /**
   * Makes a runner that has something to remark.
   *
   * @param backend that computes logits; closed with the runner.
   * @param config of batches and blocks.
   * @param remark on how well the backend works here.
   * @param drawers draw from logits.
   */
  public BatchRunner(
      final InferenceBackend backend,
      final BatchConfig config,
      final Supplier<Remark> remark,
      final RowDrawer.Maker drawers) {
    this.backend = backend;
    this.config = config;
    this.remark = remark;
    this.drawers = drawers;
  }

  @Override
  public String name() {
    return backend.name();
  }

  @Override
  public Traits traits() {
    return new Traits(
        backend.vocabularySize(),
        backend.contextTokens(),
        Integer.MAX_VALUE,
        true,
        true,
        Traits.ALWAYS_ANSWERS);
  }

  @Override
  public String memory() {
    final long bytes = backend.blockBytes(config.blockTokens()) * config.kvBlocks();
    final long positions = (long) config.kvBlocks() * config.blockTokens();
    return String.format(
        Locale.ROOT,
        "%d blocks of %d positions, %.1f MiB, %d whole contexts",
        config.kvBlocks(),
        config.blockTokens(),
        bytes / 1048576.0,
        positions / Math.max(1, backend.contextTokens()));
  }

  @Override
  public Remark remark() {
    return remark.get();
  }

  @Override
  public void begin(final RunnerSession session) {
    config.requireRoomFor(backend.contextTokens());
    backend.startAt(session.firstVersion());
    backend.allocate(config.kvBlocks(), config.blockTokens());
    state = new BatchState(config, session, backend.contextTokens());
    versions = new Versions(state, backend);
    prompts = new Prompts(state, versions);
    planner = new BatchPlanner(state, prompts, versions);
    drawnWith = null;
  }

  @Override
  public void submit(final Work work) {
    state.stalled = false;
    final Sequence known = (Sequence) work.attachment();
    final Sequence sequence = known == null ? attached(work) : known;
    if (work.isPrompt()) {
      prompts.place(sequence);
    } else {
      state.enqueue(sequence);
    }
  }

  private Sequence attached(final Work work) {
    final Sequence forked = state.sequences.get(work.branch());
    final Sequence sequence =
        forked == null ? open(work.branch(), tree(work.tree(), work.group())) : forked;
    sequence.work = work;
    work.attach(sequence);
    return sequence;
  }

  private Sequence open(final int branch, final GrownTree tree) {
    final Sequence sequence = new Sequence(branch, tree);
    state.sequences.put(branch, sequence);
    tree.sequences++;
    return sequence;
  }

  private GrownTree tree(final int number, final int group) {
    GrownTree tree = state.trees.get(number);
    if (tree == null) {
      tree = new GrownTree(number, group);
      state.trees.put(number, tree);
    }
    if (tree.sequences == 0) {
      versions.opened(tree);
    }
    return tree;
  }

  @Override
  public void fork(final int parent, final int child) {
    state.stalled = false;
    final Sequence from = state.sequences.get(parent);
    final Sequence born = open(child, from.tree);
    born.everComputed = from.everComputed;
    born.lease = from.lease == null ? null : from.lease.fork(from.tree.number);
  }

  @Override
  public void release(final int branch) {
    state.stalled = false;
    final Sequence sequence = state.sequences.remove(branch);
    if (sequence == null) {
      return;
    }
    state.advance();
    sequence.released = true;
    state.dequeue(sequence);
    sequence.closeLease();
    prompts.released(sequence);
    if (--sequence.tree.sequences == 0) {
      versions.ended(sequence.tree);
    }
  }

  @Override
  public long[] forget(final int group, final int[] trees) {
    state.stalled = false;
    state.advance();
    prompts.forget(group);
    final long[] heldNs = new long[trees.length];
    for (int i = 0; i < trees.length; i++) {
      final GrownTree tree = state.trees.remove(trees[i]);
      heldNs[i] = tree == null ? 0 : tree.heldNs;
    }
    return heldNs;
  }

  @Override
  public int poll(final RunnerListener listener) {
    if (state.stalled || state.queue.isEmpty()) {
      return 0;
    }
    state.advance();
    final List<Sequence> hopeless = planner.plan();
    if (!hopeless.isEmpty()) {
      giveUp(hopeless, listener);
    }
    if (state.batch.rows() == 0) {
      return hopeless.isEmpty() ? 0 : 1;
    }
    quote();
    listener.quoted(quotes);
    compute(listener);
    state.advance();
    if (draws.rows() > 0) {
      listener.drawn(draws);
    }
    return 1;
  }

  private void giveUp(final List<Sequence> hopeless, final RunnerListener listener) {
    draws.clear();
    for (final Sequence sequence : hopeless) {
      beginRow(sequence);
      draws.fail(BatchFailures.poolTooSmall(sequence.work.length()));
    }
    listener.drawn(draws);
  }

  private void beginRow(final Sequence sequence) {
    draws.beginRow(sequence.work, sequence.tree.version());
  }

  private void quote() {
    quotes.clear();
    final PlannedBatch batch = state.batch;
    for (int row = 0; row < batch.rows(); row++) {
      final Sequence sequence = batch.sequence(row);
      quotes.add(
          sequence.work,
          sequence.cachedTokens(),
          batch.computed(row),
          batch.draws(row) ? sequence.work.draws() : 0);
    }
  }

  /** Computes the rows that were paid for and draws from them. */
  private void compute(final RunnerListener listener) {
    final PlannedBatch batch = state.batch;
    final long startNs = System.nanoTime();
    fill(batch);
    draws.clear();
    try {
      for (int copy = 0; copy < batch.copies(); copy++) {
        backend.copyBlock(batch.copy(copy, 0), batch.copy(copy, 1), batch.copy(copy, 2));
      }
      if (forward.rows() > 0) {
        backend.forward(forward, logits);
      }
    } catch (final BackendException e) {
      failAll(batch, BatchFailures.forwardFailed(e.getMessage()));
      return;
    }
    final long computedNs = System.nanoTime();
    final int rows = draw(batch);
    listener.computed(rows, computedNs - startNs, System.nanoTime() - computedNs);
  }

  private void fill(final PlannedBatch batch) {
    forward.clear();
    forward.policyVersion(batch.version());
    for (int row = 0; row < batch.rows(); row++) {
      final Sequence sequence = batch.sequence(row);
      if (!sequence.released && batch.computed(row) > 0) {
        addRow(sequence, batch.computed(row), batch.draws(row));
      }
    }
  }

  private void addRow(final Sequence sequence, final int tokens, final boolean draws) {
    final int from = sequence.lease.tokens();
    final int size = config.blockTokens();
    final int blocks = (from + tokens + size - 1) / size;
    final int row = forward.addRow(from, tokens, blocks, draws ? tokens - 1 : tokens);
    final int[] path = sequence.work.tokens();
    for (int i = 0; i < tokens; i++) {
      forward.token(row, i, path[from + i]);
    }
    for (int i = 0; i < blocks; i++) {
      forward.block(row, i, sequence.lease.block(i));
    }
  }

  private void failAll(final PlannedBatch batch, final RolloutFailure failure) {
    for (int row = 0; row < batch.rows(); row++) {
      final Sequence sequence = batch.sequence(row);
      sequence.inBatch = false;
      if (!sequence.released) {
        beginRow(sequence);
        draws.fail(failure);
      }
    }
  }

  /** Draws the rows in order; answers how many were computed or drawn. */
  private int draw(final PlannedBatch batch) {
    int rows = 0;
    int logitsRow = 0;
    for (int row = 0; row < batch.rows(); row++) {
      final Sequence sequence = batch.sequence(row);
      sequence.inBatch = false;
      if (sequence.released) {
        continue;
      }
      rows++;
      beginRow(sequence);
      final int tokens = batch.computed(row);
      if (tokens > 0) {
        sequence.commit(tokens);
      }
      if (!batch.draws(row)) {
        state.enqueue(sequence);
      } else if (tokens > 0 && logits.failure(logitsRow) != null) {
        draws.fail(BatchFailures.forwardFailed(logits.failure(logitsRow++)));
      } else if (tokens > 0) {
        drawRow(sequence, logits.values(), logits.offset(logitsRow++));
      } else {
        drawRow(sequence, prompts.logits(sequence.tree.group), 0);
        sequence.drawOnly = false;
      }
    }
    return rows;
  }

  private void drawRow(final Sequence sequence, final float[] values, final int offset) {
    final int size = backend.vocabularySize();
    final Work work = sequence.work;
    if (drawnWith != work.sampling()) {
      drawnWith = work.sampling();
      drawer = drawers.of(drawnWith);
    }
    if (!drawer.drawRow(draws, values, offset, size, work)) {
      draws.fail(BatchFailures.notFinite());
      return;
    }
    state.drawn++;
    if (work.isPrompt() && prompts.isClaimedBy(sequence)) {
      final boolean kept = state.session.sharesPrompts();
      prompts.computed(sequence, kept ? Arrays.copyOfRange(values, offset, offset + size) : null);
    }
  }

  @Override
  public LoadedWeights load(final Path folder) {
    return backend.load(folder);
  }

  @Override
  public boolean mayAdopt() {
    return state == null || versions.mayAdopt();
  }

  @Override
  public void adopt(final LoadedWeights weights, final int version) {
    if (state == null) {
      // No engine has begun: nothing holds the old weights.
      backend.adopt(weights, version);
      backend.retire(version - 1);
      return;
    }
    state.stalled = false;
    state.advance();
    versions.adopt(version);
    backend.adopt(weights, version);
    prompts.renew();
    versions.retireUnused();
  }

  @Override
  public int policyVersion() {
    return backend.policyVersion();
  }

  @Override
  public Map<String, Long> counters() {
    return Map.of(
        "blocks_copied",
        state.blocksCopied,
        "preemptions",
        state.preemptions,
        "evicted_blocks",
        state.cache.evictedBlocks(),
        HELD_NS,
        state.blockNs);
  }

  /**
   * Checks the laws of blocks and leases that hold between any two polls.
   *
   * @throws IllegalStateException if one is broken.
   */
  public void checkIntegrity() {
    state.checkIntegrity();
  }

  @Override
  public void close() {
    backend.close();
  }
}
