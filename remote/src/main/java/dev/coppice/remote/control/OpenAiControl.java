package dev.coppice.remote.control;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;

/** Controls a server of which nothing is known but OpenAI's protocol: it cannot be told anything. */
public final class OpenAiControl implements ServerControl {
  /** Nothing is known to be shared. */
  private static final int NO_BLOCK = Integer.MAX_VALUE;

  private final ControlCalls calls;
  private final String name;
  private final int contextTokens;

  /**
   * Names the server.
   *
   * @param calls to it.
   * @param name of the model; empty for the server's first.
   * @param contextTokens the largest number of tokens in one sequence; 0 asks the server, of which
   *     some tell.
   */
  public OpenAiControl(final ControlCalls calls, final String name, final int contextTokens) {
    this.calls = calls;
    this.name = name;
    this.contextTokens = contextTokens;
  }

  @Override
  public ServerFacts facts() throws IOException, InterruptedException {
    final JsonNode models = calls.get("/v1/models").path("data");
    JsonNode model = models.path(0);
    for (final JsonNode other : models) {
      if (other.path("id").asText().equals(name)) {
        model = other;
      }
    }
    if (!model.path("id").isTextual()) {
      throw new IOException("/v1/models names no model");
    }
    final int told = model.path("max_model_len").asInt(model.path("meta").path("n_ctx").asInt());
    return new ServerFacts(
        "openai",
        "unknown",
        name.isEmpty() ? model.path("id").asText() : name,
        contextTokens > 0 ? contextTokens : told,
        NO_BLOCK,
        0);
  }

  @Override
  public ServerLoad load() {
    return ServerLoad.UNTOLD;
  }

  @Override
  public boolean isHealthy() throws InterruptedException {
    try {
      calls.text("/v1/models");
      return true;
    } catch (final IOException e) {
      return false;
    }
  }

  @Override
  public int[] tokenize(final String text) {
    return null;
  }

  @Override
  public int[] tokenizeChat(final String message) {
    return null;
  }

  @Override
  public void abort(final String id) {
    // A closed connection is all the protocol has.
  }

  @Override
  public String lackForWeights() {
    return "OpenAI's protocol has no call for new weights: use vllm or sglang";
  }

  @Override
  public void useWeights(final Path folder, final String label) throws IOException {
    throw new IOException(lackForWeights());
  }

  @Override
  public void dropCache() throws IOException {
    throw new IOException(lackForWeights());
  }
}
