package dev.coppice.worlds.pyenv;

import dev.coppice.environments.canonical.CanonicalJson;
import dev.coppice.environments.score.Judge;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.LongAdder;

/**
 * Has a model answer what reward functions ask, and keeps its verdicts: equal questions of one draw are
 * answered once.
 *
 * @thread any.
 */
final class JudgeDesk {
  private static final int MAX_KEPT = 1 << 16;

  private final Map<String, CompletableFuture<Judge.Verdict>> kept =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(
            final Map.Entry<String, CompletableFuture<Judge.Verdict>> eldest) {
          return size() > MAX_KEPT;
        }
      };

  private final LongAdder asked = new LongAdder();
  private final LongAdder known = new LongAdder();
  private final LongAdder us = new LongAdder();
  private final LongAdder read = new LongAdder();
  private final LongAdder drawn = new LongAdder();
  private volatile Judge judge;

  void seat(final Judge model) {
    judge = model;
  }

  boolean isSeated() {
    return judge != null;
  }

  /** Answers a question as it came from a reward function: with a text, or with what went wrong. */
  Map<String, Object> answer(final Map<String, Object> question) throws InterruptedException {
    try {
      return Map.of("text", verdict(question).text());
    } catch (final InterruptedException e) {
      throw e;
    } catch (final ExecutionException e) {
      return Map.of("error", String.valueOf(e.getCause().getMessage()));
    } catch (final RuntimeException e) {
      return Map.of("error", String.valueOf(e.getMessage()));
    }
  }

  private Judge.Verdict verdict(final Map<String, Object> question)
      throws InterruptedException, ExecutionException {
    final Map<String, Object> keyed = new HashMap<>(question);
    keyed.remove("judge");
    final String key = CanonicalJson.write(keyed);
    final CompletableFuture<Judge.Verdict> mine = new CompletableFuture<>();
    final CompletableFuture<Judge.Verdict> before;
    synchronized (kept) {
      before = kept.putIfAbsent(key, mine);
    }
    if (before != null) {
      known.increment();
      return before.get();
    }
    try {
      mine.complete(ask(question));
    } catch (final Exception e) {
      synchronized (kept) {
        kept.remove(key); // It may be asked again.
      }
      mine.completeExceptionally(e);
      if (e instanceof InterruptedException) {
        throw (InterruptedException) e;
      }
    }
    return mine.get();
  }

  @SuppressWarnings("unchecked")
  private Judge.Verdict ask(final Map<String, Object> question) throws Exception {
    if (judge == null) {
      throw new IllegalStateException("the run names no world.judge");
    }
    final long startNs = System.nanoTime();
    final long seed =
        ((Number) question.get("seed")).longValue() * 1_000_003
            + ((Number) question.get("number")).longValue();
    final Judge.Verdict verdict =
        judge.ask(
            (List<Map<String, Object>>) question.get("messages"),
            ((Number) question.get("tokens")).intValue(),
            seed);
    asked.increment();
    us.add((System.nanoTime() - startNs) / 1_000);
    read.add(verdict.promptTokens());
    drawn.add(verdict.sampledTokens());
    return verdict;
  }

  Map<String, Long> counters() {
    return isSeated()
        ? Map.of(
            "judge_asked", asked.sum(),
            "judge_known", known.sum(),
            "judge_us", us.sum(),
            "judge_prompt_tokens", read.sum(),
            "judge_sampled_tokens", drawn.sum())
        : Map.of();
  }
}
