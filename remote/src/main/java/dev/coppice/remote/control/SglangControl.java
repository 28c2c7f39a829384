package dev.coppice.remote.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Controls an SGLang server. */
public final class SglangControl implements ServerControl {
  private static final long WEIGHTS_WITHIN_NS = TimeUnit.MINUTES.toNanos(20);

  private final ControlCalls calls;

  /**
   * Names the server.
   *
   * @param calls to it.
   */
  public SglangControl(final ControlCalls calls) {
    this.calls = calls;
  }

  @Override
  public ServerFacts facts() throws IOException, InterruptedException {
    final JsonNode info = info();
    final JsonNode model = calls.get("/v1/models").path("data").path(0);
    return new ServerFacts(
        "sglang",
        info.path("version").asText("unknown"),
        model.path("id").asText(info.path("served_model_name").asText()),
        model.path("max_model_len").asInt(info.path("context_length").asInt()),
        Math.max(1, info.path("page_size").asInt(1)),
        info.path("max_running_requests").asInt(0));
  }

  private JsonNode info() throws IOException, InterruptedException {
    try {
      return calls.get("/server_info");
    } catch (final ServerRefusal e) {
      return calls.get("/get_server_info");
    }
  }

  @Override
  public ServerLoad load() throws InterruptedException {
    final MetricsText metrics;
    try {
      metrics = new MetricsText(calls.text("/metrics"));
    } catch (final IOException e) {
      return ServerLoad.UNTOLD;
    }
    final long prompt = metrics.sum("sglang:prompt_tokens_total", "");
    final long cached = Math.max(0, metrics.sum("sglang:cached_tokens_total", ""));
    return new ServerLoad(
        Math.max(0, metrics.sum("sglang:num_queue_reqs", "")),
        Math.max(0, metrics.sum("sglang:num_running_reqs", "")),
        prompt < 0 ? -1 : prompt - cached,
        metrics.sum("sglang:generation_tokens_total", ""),
        metrics.sum("sglang:num_retracted_requests_total", ""));
  }

  @Override
  public boolean isHealthy() throws InterruptedException {
    try {
      calls.text("/health");
      return true;
    } catch (final IOException e) {
      return false;
    }
  }

  @Override
  public int[] tokenize(final String text) throws InterruptedException {
    return ids(ControlCalls.object().put("prompt", text).put("add_special_tokens", false));
  }

  @Override
  public int[] tokenizeChat(final String message) throws InterruptedException {
    final ObjectNode body = ControlCalls.object();
    body.putArray("messages").addObject().put("role", "user").put("content", message);
    return ids(body.put("add_generation_prompt", true));
  }

  private int[] ids(final ObjectNode body) throws InterruptedException {
    try {
      return TokenLists.of(calls.post("/tokenize", body).path("tokens"));
    } catch (final IOException e) {
      return null;
    }
  }

  @Override
  public void abort(final String id) throws InterruptedException {
    try {
      calls.post("/abort_request", ControlCalls.object().put("rid", id));
    } catch (final IOException e) {
      return; // The connection is closed, so the server ends the request by itself.
    }
  }

  @Override
  public String lackForWeights() {
    return null;
  }

  @Override
  public void useWeights(final Path folder, final String label)
      throws IOException, InterruptedException {
    calls.post(
        "/pause_generation", ControlCalls.object().put("mode", "retract"), WEIGHTS_WITHIN_NS);
    try {
      final JsonNode answer =
          calls.post(
              "/update_weights_from_disk",
              ControlCalls.object()
                  .put("model_path", folder.toString())
                  .put("weight_version", label)
                  .put("flush_cache", true),
              WEIGHTS_WITHIN_NS);
      if (!answer.path("success").asBoolean(false)) {
        throw new IOException(answer.path("message").asText("the server refused the weights"));
      }
    } finally {
      calls.post("/continue_generation", ControlCalls.object());
    }
  }

  @Override
  public void dropCache() throws IOException, InterruptedException {
    calls.post("/flush_cache", ControlCalls.object());
  }
}
