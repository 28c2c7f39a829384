package dev.coppice.app.runner;

import dev.coppice.app.config.RunConfig;
import dev.coppice.rollout.BudgetConfig;
import dev.coppice.rollout.EngineConfig;
import dev.coppice.rollout.RolloutLimits;
import dev.coppice.trajectory.SamplingSettings;
import java.util.concurrent.TimeUnit;

/** Makes the configuration of an engine from that of a run. */
public final class EngineConfigs {
  private EngineConfigs() {}

  /**
   * Makes a configuration.
   *
   * @param config of the run.
   * @param name written into every tree.
   * @param budget of the engine.
   * @return the engine's configuration.
   */
  public static EngineConfig of(
      final RunConfig config, final String name, final BudgetConfig budget) {
    final RunConfig.Limits limits = config.limits();
    final RunConfig.Engine engine = config.engine();
    return new EngineConfig(
        name,
        config.run().seed(),
        sampling(config),
        new RolloutLimits(
            limits.newTokens(),
            limits.calls(),
            limits.observationTokens(),
            TimeUnit.MILLISECONDS.toNanos(limits.callDeadlineMs())),
        budget,
        new EngineConfig.Capacity(
            engine.groupsInFlight(),
            Math.max(EngineConfig.Capacity.DEFAULT.queuedGroups(), engine.groupsInFlight()),
            engine.toolThreads()));
  }

  /**
   * Makes the settings of the sampler.
   *
   * @param config of the run.
   * @return the settings.
   */
  public static SamplingSettings sampling(final RunConfig config) {
    final RunConfig.Sampling sampling = config.sampling();
    return new SamplingSettings(
        sampling.temperature(), sampling.topP(), sampling.topK(), sampling.minP());
  }
}
