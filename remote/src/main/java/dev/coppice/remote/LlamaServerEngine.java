package dev.coppice.remote;

/** Opens models behind a server: {@code model.engine = "llama-server"}. */
public final class LlamaServerEngine extends ServerEngine {
  /** Made by the service loader. */
  public LlamaServerEngine() {}

  @Override
  public String name() {
    return "llama-server";
  }

  @Override
  public String help() {
    return "A llama-server, or several: model.urls; with --slot-save-path forks share what was"
        + " computed.";
  }
}
