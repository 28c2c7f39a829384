package dev.coppice.app.mode;

import dev.coppice.app.config.ConfigException;
import dev.coppice.app.config.LimitsSection;
import dev.coppice.app.config.RunConfig;
import dev.coppice.app.config.SamplingSection;
import dev.coppice.rollout.BudgetConfig;
import dev.coppice.rollout.EngineConfig;
import dev.coppice.rollout.RolloutLimits;
import dev.coppice.rollout.RolloutLimits.ObservationLimit;
import dev.coppice.trajectory.SamplingSettings;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Makes the configuration of an engine from that of a run. */
public final class EngineConfigs {
  private EngineConfigs() {}

  /**
   * Settles what the model decides: the marks of thoughts, where its chat template is asked.
   *
   * @param config of the run.
   * @param chat finds the template.
   * @return the configuration with the template's marks, or none where prompts are plain text or the
   *     template has none.
   * @throws ConfigException if thoughts are bounded and nothing marks them.
   */
  public static RunConfig settled(final RunConfig config, final ChatForms chat) {
    if (!config.sampling().thinking().equals(SamplingSection.AUTO)) {
      return config;
    }
    final List<String> marks = chat.wanted() ? chat.template().thinkingMarks() : List.of();
    try {
      return config.withThinking(marks);
    } catch (final IllegalArgumentException e) {
      throw new ConfigException(e.getMessage());
    }
  }

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
    final RunConfig.Engine engine = config.engine();
    requireCoupling(config);
    return new EngineConfig(
            name,
            config.run().seed(),
            sampling(config),
            limits(config),
            budget,
            new EngineConfig.Capacity(
                engine.groupsInFlight(),
                Math.max(EngineConfig.Capacity.DEFAULT.queuedGroups(), engine.groupsInFlight()),
                engine.toolThreads()))
        .with(config.sampling().drawRule());
  }

  private static void requireCoupling(final RunConfig config) {
    final boolean isEmbedded = config.model().engine().equals(RunConfig.DEFAULT.model().engine());
    if (config.sampling().drawRule().isGumbel() && !isEmbedded) {
      throw new ConfigException(
          "sampling.coupling = gumbel needs a number for each token, which the embedded engine alone"
              + " draws with: engine="
              + config.model().engine());
    }
  }

  /**
   * Makes the limits of trajectories.
   *
   * @param config of the run.
   * @return the limits.
   */
  public static RolloutLimits limits(final RunConfig config) {
    final LimitsSection limits = config.limits();
    return new RolloutLimits(
        limits.newTokens(),
        limits.calls(),
        new ObservationLimit(
            limits.observationTokens(),
            ObservationLimit.Excess.valueOf(limits.longObservations().toUpperCase(Locale.ROOT))),
        TimeUnit.MILLISECONDS.toNanos(limits.callDeadlineMs()),
        config.sampling().turns(limits),
        config.bridge().kept());
  }

  /**
   * Makes the settings of the sampler.
   *
   * @param config of the run.
   * @return the settings.
   */
  public static SamplingSettings sampling(final RunConfig config) {
    return config.sampling().settings();
  }
}
