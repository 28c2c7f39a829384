package dev.coppice.app.run;

import dev.coppice.app.config.ConfigText;
import dev.coppice.app.config.RunConfig;
import dev.coppice.draw.Division;
import dev.coppice.rollout.EngineConfig;
import java.util.Locale;
import java.util.OptionalLong;

/** Says what a run would do, before it does it. */
public final class RunPlan {
  private RunPlan() {}

  /**
   * Describes a run.
   *
   * @param config of the run.
   * @param resources the parts it would work with.
   * @return lines for a person, TOML comments first and the resolved configuration after them.
   */
  public static String describe(final RunConfig config, final RunResources resources) {
    final StringBuilder text = new StringBuilder();
    final int groups = config.task().groups();
    line(text, "model       %s, context %d", resources.runner().name(), context(resources));
    line(text, "environment %s, %d tasks", resources.environment().name(), config.task().count());
    line(text, "groups      %d per arm (tasks x repeats)", groups);
    final OptionalLong budget = config.budget().computedTokens();
    for (final String arm : config.armNames()) {
      final String policy = config.policyOf(arm);
      if (budget.isPresent()) {
        final long each = budget.getAsLong() / groups;
        line(text, "arm         %s: %s, about %d computed tokens per group", arm, policy, each);
      } else {
        final int trees = Policies.trees(policy, config);
        line(text, "arm         %s: %s, %d trees per group", arm, policy, trees);
      }
      describeSharing(config, arm, text);
    }
    if (!resources.runner().memory().isEmpty()) {
      line(text, "KV pool     %s", resources.runner().memory());
    }
    final int prompt = resources.tokenizer().encodePrompt(firstPrompt(config, resources)).length;
    line(text, "prompt      %d tokens in the first task", prompt);
    return text.append('\n').append(ConfigText.resolved(config)).toString();
  }

  private static void describeSharing(
      final RunConfig config, final String arm, final StringBuilder text) {
    final EngineConfig.Coalescing coalescing = Policies.coalescing(arm, config);
    if (coalescing.enabled()) {
      final String form = "            %d samples share what they have in common, divided: %s%s";
      final boolean cannot =
          config.tree().division().equals("auto") && coalescing.division() == Division.INDEPENDENT;
      line(
          text,
          form,
          Policies.trees(config.policyOf(arm), config),
          coalescing.division().key(),
          cannot ? " (the engine draws with its own numbers, or an estimator needs it)" : "");
    }
  }

  private static int context(final RunResources resources) {
    return resources.runner().traits().contextTokens();
  }

  private static String firstPrompt(final RunConfig config, final RunResources resources) {
    final var task = resources.environment().task(config.task().first());
    try (var episode = resources.environment().start(task, config.run().seed())) {
      return episode.prompt();
    }
  }

  private static void line(final StringBuilder text, final String form, final Object... values) {
    text.append("# ").append(String.format(Locale.ROOT, form, values)).append('\n');
  }
}
