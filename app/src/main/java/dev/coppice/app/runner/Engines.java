package dev.coppice.app.runner;

import dev.coppice.app.config.EngineOptions;
import dev.coppice.app.config.RunConfig;
import dev.coppice.model.ModelRunner;
import dev.coppice.model.RunnerPlug;
import dev.coppice.model.RunnerRequest;
import dev.coppice.model.SequenceModel;
import dev.coppice.model.Tokenizer;
import dev.coppice.plug.PlugOptions;
import dev.coppice.plug.Plugs;
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
