package dev.coppice.app.serve;

import dev.coppice.app.run.SessionSums;
import dev.coppice.bridge.flight.RolloutSource;
import dev.coppice.bridge.flight.WeightsRefusedException;
import dev.coppice.bridge.outbox.Outbox;
import dev.coppice.bridge.outbox.PublishedWeights;
import dev.coppice.engine.RolloutEngine;
import dev.coppice.model.WeightsException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * Does with the engine what a trainer asks for.
 *
 * @thread any.
 */
final class EngineActions implements RolloutSource {
  private static final long LONGEST_SWITCH_MIN = 10;

  private final Facts facts;
  private final RolloutEngine engine;
  private final Outbox outbox;
  private final Lessons lessons;
  private final Consumer<String> log;
  private final CountDownLatch stop = new CountDownLatch(1);
  private volatile boolean asked;
  private volatile String problem = "";

  /** Holds what does not change. */
  record Facts(String run, String model, int taskCount, String learner, int learnBehind) {}

  EngineActions(
      final Facts facts,
      final Lessons lessons,
      final Consumer<String> log) {
    this.facts = facts;
    this.lessons = lessons;
    this.engine = lessons.engine();
    this.outbox = lessons.outbox();
    this.log = log;
  }

  @Override
  public String run() {
    return facts.run();
  }

  @Override
  public String model() {
    return facts.model();
  }

  @Override
  public int taskCount() {
    return facts.taskCount();
  }

  @Override
  public String learner() {
    return facts.learner();
  }

  @Override
  public int learnBehind() {
    return facts.learnBehind();
  }

  @Override
  public Map<Long, String> lessons(final List<Long> groups) {
    return lessons.of(groups);
  }

  @Override
  public int learn(final List<String> texts) {
    return lessons.learn(texts);
  }

  @Override
  public int policyVersion() {
    return engine.policyVersion();
  }

  @Override
  public String pauseReason() {
    return asked ? "pause was asked for" : problem;
  }

  /** Says what keeps groups from being issued, or with an empty text that nothing does any more. */
  void setProblem(final String text) {
    if (!text.equals(problem)) {
      problem = text;
      note(text.isEmpty() ? "resumed" : "paused: " + text);
    }
  }

  @Override
  public Map<String, Long> counters() {
    return SessionSums.counters(engine.stats());
  }

  @Override
  public synchronized void pause() {
    asked = true;
    await(engine.pause());
  }

  @Override
  public synchronized void resume() {
    asked = false;
    await(engine.resume());
  }

  private static void await(final java.util.concurrent.CompletableFuture<Void> change) {
    try {
      change.get(1, TimeUnit.MINUTES);
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("the engine is stopping", e);
    } catch (final ExecutionException e) {
      throw new IllegalStateException("the engine failed: " + e.getCause(), e);
    } catch (final TimeoutException e) {
      throw new IllegalStateException("the engine did not answer within a minute", e);
    }
  }

  @Override
  public synchronized void publish(final PublishedWeights weights) throws InterruptedException {
    final int current = engine.policyVersion();
    final PublishedWeights last = outbox.weights();
    if (weights.equals(last) && weights.version() == current) {
      return; // A trainer that had no answer asks again.
    }
    if (weights.version() != current + 1) {
      throw new WeightsRefusedException(
          "publish: version "
              + weights.version()
              + " cannot follow version "
              + current
              + "; publish version "
              + (current + 1)
              + " next",
          false);
    }
    load(WeightsFolder.check(weights), weights.version());
    outbox.publish(weights);
    note("version " + weights.version() + " is sampled from: " + weights.folder());
  }

  /** Has rollouts sample from weights that were checked. */
  void load(final Path folder, final int version) throws InterruptedException {
    try {
      engine.publishWeights(folder, version).get(LONGEST_SWITCH_MIN, TimeUnit.MINUTES);
    } catch (final ExecutionException e) {
      if (e.getCause() instanceof WeightsException refused) {
        throw new WeightsRefusedException(
            "publish: " + refused.getMessage() + "; the current weights stay in use", false);
      }
      throw new IllegalStateException("the engine failed: " + e.getCause(), e);
    } catch (final TimeoutException e) {
      throw new IllegalStateException(
          "version " + version + " was not taken up within " + LONGEST_SWITCH_MIN + " minutes", e);
    }
  }

  @Override
  public void shutdown() {
    stop.countDown();
  }

  /** Waits until somebody asks for the end; false if time ran out first. */
  boolean awaitShutdown(final long timeoutMs) throws InterruptedException {
    return stop.await(timeoutMs, TimeUnit.MILLISECONDS);
  }

  @Override
  public void note(final String line) {
    log.accept(line);
  }
}
