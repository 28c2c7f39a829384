package dev.coppice.remote;

/** Opens models behind a server: {@code model.engine = "vllm"}. */
public final class VllmEngine extends ServerEngine {
  /** Made by the service loader. */
  public VllmEngine() {}

  @Override
  public String name() {
    return "vllm";
  }

  @Override
  public String help() {
    return "A vLLM server, or several: model.urls, --enable-scale-out and --logprobs-mode"
        + " processed_logprobs.";
  }
}
