package dev.coppice.app.run;

import dev.coppice.app.config.RunConfig;
import dev.coppice.app.runner.Engines;
import dev.coppice.core.Core;
import dev.coppice.engine.RolloutEngine;
import dev.coppice.environments.arithmetic.Split;
import dev.coppice.environments.countdown.CountdownEnvironment;
import dev.coppice.environments.replay.ByteTokenizer;
import dev.coppice.environments.replay.ReplayPolicy;
import dev.coppice.eventlog.EngineJournal;
import dev.coppice.model.ModelRunner;
import dev.coppice.model.RunnerRequest;
import dev.coppice.rollout.BudgetConfig;
import dev.coppice.rollout.EngineConfig;
import dev.coppice.rollout.GroupRequest;
import dev.coppice.rollout.RolloutLimits;
import dev.coppice.scheduling.FixedPolicy;
import dev.coppice.trajectory.SamplingSettings;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Has the engine's code compiled before the clock runs.
 *
 * <p>A short run spends a tenth of its time in code that the JVM has not compiled yet. This plays
 * scripted countdown problems through the whole engine for about a second: {@link Core} and its shell
 * see the shapes of a real run, the model and the task's own tools are not touched.
 */
final class WarmUp {
  private static final int TASKS = 64;
  private static final int MAX_GROUPS = 4_000;
  private static final long LONGEST_NS = TimeUnit.MILLISECONDS.toNanos(1_500);
  private static final long DEADLINE_NS = TimeUnit.SECONDS.toNanos(30);

  private WarmUp() {}

  /** Runs for about a second and a half. */
  static void run() throws InterruptedException {
    try (CountdownEnvironment environment = new CountdownEnvironment(Split.TRAIN, TASKS, 1);
        ByteTokenizer tokenizer = new ByteTokenizer();
        ModelRunner runner =
            Engines.open(
                RunConfig.DEFAULT,
                new RunnerRequest.Script(
                    "warm-up",
                    tokenizer.vocabularySize(),
                    512,
                    ReplayPolicy.of(environment, tokenizer)))) {
      final RolloutEngine.Parts parts =
          new RolloutEngine.Parts(
              environment,
              tokenizer,
              runner,
              new FixedPolicy(List.of(new FixedPolicy.Place(false, 1, 4))),
              EngineJournal.NONE,
              result -> {});
      final EngineConfig config =
          new EngineConfig(
              "warm-up",
              1,
              SamplingSettings.PLAIN,
              RolloutLimits.DEFAULT,
              BudgetConfig.trees(1),
              EngineConfig.Capacity.DEFAULT);
      final long endNs = System.nanoTime() + LONGEST_NS;
      try (RolloutEngine engine = RolloutEngine.start(config, parts)) {
        for (int i = 0; i < MAX_GROUPS && System.nanoTime() < endNs; i++) {
          while (!engine.offer(new GroupRequest("w" + i, i, i % TASKS))) {
            engine.awaitRoom(DEADLINE_NS);
          }
          if (i % 64 == 63) {
            engine.awaitIdle(DEADLINE_NS);
          }
        }
        engine.awaitIdle(DEADLINE_NS);
      }
    }
  }
}
