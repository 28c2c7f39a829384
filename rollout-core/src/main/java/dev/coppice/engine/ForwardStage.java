package dev.coppice.engine;

import dev.coppice.core.Batch;
import dev.coppice.core.Event;
import dev.coppice.core.State;
import dev.coppice.model.BackendException;
import dev.coppice.model.DrawSpec;
import dev.coppice.model.Draws;
import dev.coppice.model.InferenceBackend;
import dev.coppice.model.Logits;
import dev.coppice.model.Sampler;
import java.util.Arrays;
import java.util.function.LongSupplier;
import org.agrona.collections.Int2ObjectHashMap;

/**
 * Computes the planned batch and draws from it.
 *
 * @thread the engine thread.
 */
final class ForwardStage {
  private final State state;
  private final InferenceBackend backend;
  private final EngineGauge gauge;
  private final LongSupplier clockNs;
  private final Sampler sampler;
  private final Logits logits = new Logits();
  private final Draws draws = new Draws();
  private final DrawSpec spec = new DrawSpec();
  private final Int2ObjectHashMap<float[]> promptLogits = new Int2ObjectHashMap<>();

  ForwardStage(
      final State state,
      final InferenceBackend backend,
      final EngineGauge gauge,
      final LongSupplier clockNs) {
    this.state = state;
    this.backend = backend;
    this.gauge = gauge;
    this.clockNs = clockNs;
    this.sampler = new Sampler(state.config().sampling());
  }

  Event compute() {
    final Batch batch = state.batch();
    final long startNs = clockNs.getAsLong();
    try {
      for (int copy = 0; copy < batch.copies(); copy++) {
        backend.copyBlock(batch.copy(copy, 0), batch.copy(copy, 1), batch.copy(copy, 2));
      }
      if (batch.forward().rows() > 0) {
        backend.forward(batch.forward(), logits);
      }
    } catch (final BackendException e) {
      return new Event.BatchFailed(clockNs.getAsLong(), String.valueOf(e.getMessage()));
    }
    final long computedNs = clockNs.getAsLong();
    draw(batch, startNs);
    final long drawnNs = clockNs.getAsLong();
    gauge.forward(batch.rows(), computedNs - startNs, drawnNs - computedNs);
    return new Event.BatchDone(drawnNs, batch.forward().policyVersion(), draws);
  }

  private void draw(final Batch batch, final long startNs) {
    draws.clear();
    final int vocabularySize = backend.vocabularySize();
    for (int draw = 0; draw < batch.drawRows(); draw++) {
      batch.spec(draw, spec);
      gauge.waited(startNs - batch.readySinceNs(draw));
      final int row = batch.logitsRow(draw);
      if (row < 0) {
        sampler.drawRow(draws, promptLogits.get(batch.group(draw)), 0, vocabularySize, spec);
      } else {
        final int offset = logits.offset(row);
        sampler.drawRow(draws, logits.values(), offset, vocabularySize, spec);
        if (batch.keepsLogits(draw)) {
          promptLogits.put(
              batch.group(draw),
              Arrays.copyOfRange(logits.values(), offset, offset + vocabularySize));
        }
      }
    }
  }

  void forget(final int group) {
    promptLogits.remove(group);
  }
}
