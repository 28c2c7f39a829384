package dev.coppice.remote;

import dev.coppice.model.ModelRunner;
import dev.coppice.model.RunnerPlug;
import dev.coppice.model.RunnerRequest;
import dev.coppice.plug.PlugOption;
import dev.coppice.plug.PlugOptions;
import java.util.List;

/** Refuses {@code model.engine = "openai"}, and says why and what to use. */
public final class OpenAiEngine implements RunnerPlug {
  /** Made by the service loader. */
  public OpenAiEngine() {}

  @Override
  public String name() {
    return "openai";
  }

  @Override
  public String help() {
    return "Refused: such servers tell no token ids, so nothing sampled from them could be trained"
        + " on.";
  }

  @Override
  public List<PlugOption> options() {
    return List.of(
        PlugOption.texts("urls", List.of(), "Addresses of the servers, all of one model."));
  }

  @Override
  public ModelRunner open(final RunnerRequest request, final PlugOptions options) {
    throw new IllegalArgumentException(
        "model.engine = \"openai\": such a server tells no token ids, and an evaluation without"
            + " them is not built; choose vllm, sglang or llama-server, which tell them");
  }
}
