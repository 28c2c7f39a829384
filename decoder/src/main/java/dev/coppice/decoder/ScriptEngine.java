package dev.coppice.decoder;

import dev.coppice.decoder.batch.BatchRunner;
import dev.coppice.decoder.batch.PathBackend;
import dev.coppice.model.ModelRunner;
import dev.coppice.model.RunnerPlug;
import dev.coppice.model.RunnerRequest;
import dev.coppice.model.SequenceModel;
import dev.coppice.plug.PlugOption;
import dev.coppice.plug.PlugOptions;
import java.util.List;

/** Plays a script where a model would sample: {@code model.policy = "replay"} chooses it. */
public final class ScriptEngine implements RunnerPlug {
  /** Made by the service loader. */
  public ScriptEngine() {}

  @Override
  public String name() {
    return "script";
  }

  @Override
  public String help() {
    return "A script of the task's own solutions in place of a model; for model.policy ="
        + " \"replay\".";
  }

  @Override
  public List<PlugOption> options() {
    return BatchOptions.all();
  }

  @Override
  public void check(final PlugOptions options) {
    BatchOptions.check(options);
  }

  @Override
  public boolean drawsAsNamed() {
    return true;
  }

  @Override
  public ModelRunner open(final RunnerRequest request, final PlugOptions options) {
    return new BatchRunner(backend(request), BatchOptions.config(options));
  }

  @Override
  public SequenceModel openSequence(final RunnerRequest request, final PlugOptions options) {
    return new SingleSequence(backend(request), request.vocabularySize(), request.holes());
  }

  private PathBackend backend(final RunnerRequest request) {
    final RunnerRequest.Script script = request.script();
    if (script == null) {
      throw new IllegalArgumentException(
          "the engine plays scripts, no models: engine="
              + name()
              + "; set model.policy = \"replay\" and an environment with solutions");
    }
    return new PathBackend(
        script.name(), script.vocabularySize(), script.contextTokens(), script.policy());
  }
}
