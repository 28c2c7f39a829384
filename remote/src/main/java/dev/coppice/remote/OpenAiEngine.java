package dev.coppice.remote;

import dev.coppice.model.ModelRunner;
import dev.coppice.model.RunnerRequest;
import dev.coppice.plug.PlugOption;
import dev.coppice.plug.PlugOption.Range;
import dev.coppice.plug.PlugOptions;
import java.util.ArrayList;
import java.util.List;

/**
 * Opens models behind any server of OpenAI's protocol: {@code model.engine = "openai"}.
 *
 * <p>Texts travel, so it is for evaluation alone: credit, segments and trainers refuse its tokens.
 */
public final class OpenAiEngine extends ServerEngine {
  /** Made by the service loader. */
  public OpenAiEngine() {}

  @Override
  public String name() {
    return "openai";
  }

  @Override
  public String help() {
    return "Any server of OpenAI's /v1/completions, for evaluation alone: it tells no token ids, so"
        + " nothing sampled from it can be trained on.";
  }

  @Override
  public boolean tellsTokens() {
    return false;
  }

  @Override
  public List<PlugOption> options() {
    final List<PlugOption> options = new ArrayList<>(super.options());
    options.add(
        PlugOption.whole(
            "context-tokens",
            0,
            Range.NOT_NEGATIVE,
            "Largest number of tokens in one sequence; 0 asks the server, of which some tell."));
    return List.copyOf(options);
  }

  @Override
  int contextTokens(final PlugOptions options) {
    return options.count("context-tokens");
  }

  @Override
  public ModelRunner open(final RunnerRequest request, final PlugOptions options) {
    if (options.count("top-k") > 0 || options.number("min-p") > 0) {
      throw new IllegalArgumentException(
          "model.engine = \"openai\": the protocol knows neither top-k nor min-p; leave them out");
    }
    return super.open(request, options);
  }
}
