package dev.coppice.app.runner;

import dev.coppice.app.config.ConfigException;
import dev.coppice.app.config.EngineOptions;
import dev.coppice.app.config.RunConfig;
import dev.coppice.model.ModelRunner;
import dev.coppice.model.RunnerPlug;
import dev.coppice.model.RunnerRequest;
import dev.coppice.model.SequenceModel;
import dev.coppice.model.Tokenizer;
import dev.coppice.plug.PlugOptions;
import dev.coppice.plug.Plugs;
import dev.coppice.trajectory.SamplingSettings.LogitRules;
import java.nio.file.Path;
import java.util.Map;

/** Opens models by the name of the engine that runs them. */
public final class Engines {
  private static final String EMBEDDED = "embedded";
  private static final String SCRIPT = "script";

  private Engines() {}

  private static RunnerPlug find(final String name) {
    return Plugs.of(RunnerPlug.KIND).find(name);
  }

  /**
   * Says whether the engine of a configuration draws with the numbers it is given.
   *
   * @param config of the run.
   * @return false for an engine that draws with its own: it cannot divide systematically.
   */
  public static boolean drawsAsNamed(final RunConfig config) {
    return find(config.model().engine()).drawsAsNamed();
  }

  /**
   * Says whether the engine of a configuration tells the ids it sampled and their log-probabilities.
   *
   * @param config of the run.
   * @return false for an engine that is good for evaluation alone.
   */
  public static boolean tellsTokens(final RunConfig config) {
    return !config.model().policy().equals("model") || find(config.model().engine()).tellsTokens();
  }

  /**
   * Refuses an engine that tells no token ids, for whoever trains on them.
   *
   * @param config of the run.
   * @param who needs the ids.
   * @throws ConfigException if the engine tells none; naming it.
   */
  public static void requireTokens(final RunConfig config, final String who) {
    if (!tellsTokens(config)) {
      throw new ConfigException(
          "model.engine = \""
              + config.model().engine()
              + "\" tells no token ids and no log-probabilities, and "
              + who
              + " needs them: it is for evaluation alone; choose embedded, vllm, sglang or"
              + " llama-server");
    }
  }

  /**
   * Says whether the engine of a configuration runs its model behind servers.
   *
   * @param config of the run.
   * @return true for an engine that takes their addresses.
   */
  public static boolean isServed(final RunConfig config) {
    return isServed(find(config.model().engine()));
  }

  /** Rules on logits differ from one server to the next; what else they do not do is refused too. */
  private static void requireWhatServersDo(final RunConfig config, final RunnerPlug plug) {
    if (!config.sampling().settings().rules().equals(LogitRules.NONE)) {
      throw new IllegalArgumentException(
          "the engine takes no rules on logits: engine="
              + plug.name()
              + "; leave out sampling.repetition-penalty, presence-penalty, frequency-penalty,"
              + " logit-bias and min-new-tokens");
    }
    if (!config.model().lora().isEmpty()) {
      throw new IllegalArgumentException(
          "the engine loads no adapters: engine="
              + plug.name()
              + "; start its servers with the adapter, and leave out model.lora");
    }
    if (!plug.tellsTokens() && !config.credit().estimators().isEmpty()) {
      throw new ConfigException(
          "model.engine = \""
              + plug.name()
              + "\" tells no token ids and no log-probabilities, so credit is refused: set"
              + " credit.estimators = []");
    }
    if (!plug.tellsTokens() && !config.tree().coalesce().equals("false")) {
      throw new ConfigException(
          "model.engine = \""
              + plug.name()
              + "\" tells no distribution, so samples share no path: set tree.coalesce = false");
    }
    if (config.bridge().kept()) {
      throw new IllegalArgumentException(
          "the engine does not tell which ids its cuts kept: engine="
              + plug.name()
              + "; set bridge.kept = false");
    }
  }

  private static boolean isServed(final RunnerPlug plug) {
    return plug.options().stream().anyMatch(option -> option.name().equals("urls"));
  }

  /**
   * Opens the model a configuration names.
   *
   * @param config of the run.
   * @param folder of the model.
   * @param tokenizer of the model.
   * @return the runner; the caller closes it.
   */
  public static ModelRunner open(
      final RunConfig config, final Path folder, final Tokenizer tokenizer) {
    final RunnerPlug plug = find(config.model().engine());
    if (!config.model().urls().isEmpty() && !isServed(plug)) {
      throw new IllegalArgumentException(
          "model.urls names servers, and the engine is none: engine="
              + plug.name()
              + "; choose model.engine = vllm, sglang or llama-server");
    }
    if (isServed(plug)) {
      requireWhatServersDo(config, plug);
    }
    return plug.open(RunnerRequest.of(folder, tokenizer), EngineOptions.of(config, plug));
  }

  /**
   * Opens a script in place of a model.
   *
   * @param config of the run.
   * @param script to play.
   * @return the runner; the caller closes it.
   */
  public static ModelRunner open(final RunConfig config, final RunnerRequest.Script script) {
    final RunnerPlug plug = find(SCRIPT);
    return plug.open(RunnerRequest.of(script), EngineOptions.of(config, plug));
  }

  /**
   * Opens a model in this process with options of its own.
   *
   * @param folder of the model.
   * @param tokenizer of the model.
   * @param options by name, as {@code ./coppice list engines} has them.
   * @return the runner; the caller closes it.
   */
  public static ModelRunner openEmbedded(
      final Path folder, final Tokenizer tokenizer, final Map<String, Object> options) {
    final RunnerPlug plug = find(EMBEDDED);
    return plug.open(
        RunnerRequest.of(folder, tokenizer), PlugOptions.of(RunnerPlug.KIND, plug, options));
  }

  /**
   * Opens a model behind servers with options of its own.
   *
   * @param engine of the servers.
   * @param folder of the model: its tokenizer is compared.
   * @param tokenizer of it.
   * @param options by name, as {@code ./coppice list engines} has them.
   * @return the runner; the caller closes it.
   */
  public static ModelRunner openServed(
      final String engine,
      final Path folder,
      final Tokenizer tokenizer,
      final Map<String, Object> options) {
    final RunnerPlug plug = find(engine);
    return plug.open(
        RunnerRequest.of(folder, tokenizer), PlugOptions.of(RunnerPlug.KIND, plug, options));
  }

  /**
   * Opens a model in this process for one sequence at a time.
   *
   * @param request that names the model.
   * @param options by name, as {@code ./coppice list engines} has them.
   * @return the model; the caller closes it.
   */
  public static SequenceModel openSequence(
      final RunnerRequest request, final Map<String, Object> options) {
    final RunnerPlug plug = find(EMBEDDED);
    return plug.openSequence(request, PlugOptions.of(RunnerPlug.KIND, plug, options));
  }
}
