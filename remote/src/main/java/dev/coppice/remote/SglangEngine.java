package dev.coppice.remote;

/** Opens models behind a server: {@code model.engine = "sglang"}. */
public final class SglangEngine extends ServerEngine {
  /** Made by the service loader. */
  public SglangEngine() {}

  @Override
  public String name() {
    return "sglang";
  }

  @Override
  public String help() {
    return "An SGLang server, or several: model.urls.";
  }
}
