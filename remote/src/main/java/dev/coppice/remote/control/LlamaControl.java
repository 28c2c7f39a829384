package dev.coppice.remote.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;

/** Controls a llama-server. */
public final class LlamaControl implements ServerControl {
  private final ControlCalls calls;

  /**
   * Names the server.
   *
   * @param calls to it.
   */
  public LlamaControl(final ControlCalls calls) {
    this.calls = calls;
  }

  @Override
  public ServerFacts facts() throws IOException, InterruptedException {
    final JsonNode props = calls.get("/props");
    final JsonNode model = calls.get("/v1/models").path("data").path(0);
    return new ServerFacts(
        "llama-server",
        props.path("build_info").asText("unknown"),
        model.path("id").asText(),
        props.path("default_generation_settings").path("n_ctx").asInt(),
        1,
        props.path("total_slots").asInt(1));
  }

  @Override
  public ServerLoad load() throws InterruptedException {
    try {
      final MetricsText metrics = new MetricsText(calls.text("/metrics"));
      return new ServerLoad(
          Math.max(0, metrics.sum("llamacpp:requests_deferred", "")),
          Math.max(0, metrics.sum("llamacpp:requests_processing", "")),
          metrics.sum("llamacpp:prompt_tokens_total", ""),
          metrics.sum("llamacpp:tokens_predicted_total", ""),
          0);
    } catch (final IOException e) {
      return ServerLoad.UNTOLD;
    }
  }

  @Override
  public boolean isHealthy() throws InterruptedException {
    try {
      return calls.get("/health").path("status").asText().equals("ok");
    } catch (final IOException e) {
      return false;
    }
  }

  @Override
  public int[] tokenize(final String text) throws InterruptedException {
    try {
      final ObjectNode body = ControlCalls.object().put("content", text);
      body.put("add_special", false).put("parse_special", true);
      return TokenLists.of(calls.post("/tokenize", body).path("tokens"));
    } catch (final IOException e) {
      return null;
    }
  }

  @Override
  public int[] tokenizeChat(final String message) throws InterruptedException {
    try {
      final ObjectNode body = ControlCalls.object();
      body.putArray("messages").addObject().put("role", "user").put("content", message);
      final JsonNode prompt = calls.post("/apply-template", body).path("prompt");
      return prompt.isTextual() ? tokenize(prompt.asText()) : null;
    } catch (final IOException e) {
      return null;
    }
  }

  @Override
  public void abort(final String id) {
    // The server knows requests by their connections alone.
  }

  @Override
  public String lackForWeights() {
    return "llama-server reads weights at its start alone: start it anew, or use vllm or sglang";
  }

  @Override
  public void useWeights(final Path folder, final String label) throws IOException {
    throw new IOException(lackForWeights());
  }

  @Override
  public void dropCache() throws IOException {
    throw new IOException(lackForWeights());
  }

  /**
   * Saves what a slot holds, or fills it with what was saved.
   *
   * @param slot from 0.
   * @param isSave whether to save.
   * @param file name in the folder the server was told.
   * @throws IOException if the server refuses.
   * @throws InterruptedException if interrupted.
   */
  public void slot(final int slot, final boolean isSave, final String file)
      throws IOException, InterruptedException {
    calls.post(
        "/slots/" + slot + "?action=" + (isSave ? "save" : "restore"),
        ControlCalls.object().put("filename", file));
  }
}
