package dev.coppice.environments.toolworld;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.decoder.batch.BatchConfig;
import dev.coppice.decoder.batch.BatchRunner;
import dev.coppice.decoder.batch.PathBackend;
import dev.coppice.engine.RolloutEngine;
import dev.coppice.environments.replay.ByteTokenizer;
import dev.coppice.environments.replay.ReplayPolicy;
import dev.coppice.environments.tool.Argument;
import dev.coppice.environments.tool.SeenResults;
import dev.coppice.environments.tool.SideEffect;
import dev.coppice.episode.EpisodePlan;
import dev.coppice.episode.Score;
import dev.coppice.eventlog.EngineJournal;
import dev.coppice.rollout.BudgetConfig;
import dev.coppice.rollout.EngineConfig;
import dev.coppice.rollout.GroupRequest;
import dev.coppice.rollout.GroupResult;
import dev.coppice.rollout.RolloutLimits;
import dev.coppice.scheduling.ChainPolicy;
import dev.coppice.trajectory.LeafStatus;
import dev.coppice.trajectory.SamplingSettings;
import dev.coppice.trajectory.Task;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Has a tenth of a thousand calls hang for good, all at the same time. */
@Timeout(120)
class HangingToolsTest {
  private static final int CALLS = 1_000;
  private static final int HANG_EVERY = 10;
  private static final long DEADLINE_NS = 3_000_000_000L;
  private static final long WAIT_NS = 60_000_000_000L;
  private static final double MAX_OVERRUN_MS = 250;

  private final AtomicInteger running = new AtomicInteger();
  private final ConcurrentLinkedQueue<Long> overrunsNs = new ConcurrentLinkedQueue<>();

  @Test
  void shouldGiveUpHangingCallsSoonAfterTheirDeadlineAndLeaveNothingBehind() throws Exception {
    final Map<Integer, GroupResult> results = new ConcurrentHashMap<>();
    final long processes = ProcessHandle.current().descendants().count();

    run(results);

    long failed = 0;
    for (final GroupResult result : results.values()) {
      final var leaf = result.group().trees().getFirst().leaves().getFirst();
      failed += leaf.status() == LeafStatus.TOOL_FAILED ? 1 : 0;
      assertTrue(leaf.status() == LeafStatus.TOOL_FAILED == Double.isNaN(leaf.reward()));
    }
    final List<Long> sorted = new ArrayList<>(overrunsNs);
    Collections.sort(sorted);
    final double p99Ms = sorted.get((int) Math.ceil(0.99 * sorted.size()) - 1) / 1e6;
    System.out.printf(
        "%d calls at a time, %d hang: overrun p99 %.1f ms, most %.1f ms%n",
        CALLS, failed, p99Ms, sorted.getLast() / 1e6);
    assertEquals(CALLS, results.size());
    assertEquals(CALLS / HANG_EVERY, failed);
    assertEquals(CALLS / HANG_EVERY, sorted.size(), "every hanging call was cut off");
    assertEquals(0, running.get(), "no call runs on");
    assertEquals(processes, ProcessHandle.current().descendants().count());
    assertTrue(p99Ms <= MAX_OVERRUN_MS, "overrun p99 in ms: " + p99Ms);
  }

  private void run(final Map<Integer, GroupResult> results) throws InterruptedException {
    final ByteTokenizer tokenizer = new ByteTokenizer();
    final WorldEnvironment environment = new WorldEnvironment(new Hangers());
    final EngineConfig config =
        new EngineConfig(
            "hang",
            1,
            SamplingSettings.PLAIN,
            new RolloutLimits(512, 4, 4_096, DEADLINE_NS),
            BudgetConfig.trees(1),
            new EngineConfig.Capacity(CALLS, CALLS, 0));
    final RolloutEngine.Parts parts =
        new RolloutEngine.Parts(
            environment,
            tokenizer,
            new BatchRunner(
                new PathBackend(
                    "replay",
                    tokenizer.vocabularySize(),
                    2_048,
                    ReplayPolicy.of(environment, tokenizer)),
                new BatchConfig(64, 1_024, 65_536, 16)),
            new ChainPolicy(),
            EngineJournal.NONE,
            result -> results.put(result.request().index(), result));
    try (RolloutEngine engine = RolloutEngine.start(config, parts)) {
      for (int index = 0; index < CALLS; index++) {
        assertTrue(engine.offer(new GroupRequest("g" + index, index, index)));
      }
      assertTrue(engine.awaitIdle(WAIT_NS), "the engine waits: calls under way=" + running.get());
    }
    final long deadlineNs = System.nanoTime() + DEADLINE_NS;
    while (running.get() > 0 && System.nanoTime() < deadlineNs) {
      Thread.onSpinWait();
    }
  }

  /** Offers a task per call. */
  private final class Hangers implements Taskset {
    @Override
    public String name() {
      return "hangers";
    }

    @Override
    public int taskCount() {
      return CALLS;
    }

    @Override
    public Task task(final int index) {
      return new Task("hangers/" + index, "{\"index\":" + index + "}");
    }

    @Override
    public String request(final Task task) {
      return task.id();
    }

    @Override
    public EpisodePlan plan(final Task task) {
      return new EpisodePlan(0, 2);
    }

    @Override
    public ToolWorld open() {
      return new Hanger();
    }

    @Override
    public Solution solution(final Task task) {
      final int index = Integer.parseInt(task.id().substring("hangers/".length()));
      return new Solution(List.of(new Call("work", Map.of("index", index))), "done");
    }
  }

  /** Answers at once, or hangs. */
  public final class Hanger extends MethodWorld {
    @Override
    public void reset(final Task task, final long seed) {}

    /** Works. */
    @ToolMethod(value = "Works.", effect = SideEffect.PURE)
    public String work(@Argument(value = "Which call.", name = "index") final int index)
        throws InterruptedException {
      final long startNs = System.nanoTime();
      running.incrementAndGet();
      try {
        if (index % HANG_EVERY == 0) {
          new CountDownLatch(1).await();
        }
        return "done";
      } catch (final InterruptedException e) {
        overrunsNs.add(System.nanoTime() - startNs - DEADLINE_NS);
        throw e;
      } finally {
        running.decrementAndGet();
      }
    }

    @Override
    public ToolWorld fork() {
      return new Hanger();
    }

    @Override
    public String digest() {
      return "none";
    }

    @Override
    public Score reward(final String answer, final SeenResults seen) {
      return new Score(1.0, Map.of(), null);
    }
  }
}
