package dev.coppice.remote.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Controls a vLLM server. */
public final class VllmControl implements ServerControl {
  /** The server puts this before the ids it was given, and knows requests by the whole alone. */
  private static final String ID_PREFIX = "generate-tokens-";

  private static final long WEIGHTS_WITHIN_NS = TimeUnit.MINUTES.toNanos(20);

  /** The size of blocks on a GPU, where the server does not tell. */
  private static final int USUAL_BLOCK = 16;

  private final ControlCalls calls;
  private final String name;

  /**
   * Names the server.
   *
   * @param calls to it.
   * @param name of the model; empty for the server's first.
   */
  public VllmControl(final ControlCalls calls, final String name) {
    this.calls = calls;
    this.name = name;
  }

  @Override
  public ServerFacts facts() throws IOException, InterruptedException {
    final String version = calls.get("/version").path("version").asText("unknown");
    final JsonNode models = calls.get("/v1/models").path("data");
    JsonNode model = models.path(0);
    for (final JsonNode other : models) {
      if (other.path("id").asText().equals(name)) {
        model = other;
      }
    }
    final String block = new MetricsText(metrics()).label("vllm:cache_config_info", "block_size");
    return new ServerFacts(
        "vllm",
        version,
        model.path("id").asText(),
        model.path("max_model_len").asInt(),
        block.matches("\\d{1,6}") ? Integer.parseInt(block) : USUAL_BLOCK,
        0);
  }

  private String metrics() throws InterruptedException {
    try {
      return calls.text("/metrics");
    } catch (final IOException e) {
      return "";
    }
  }

  @Override
  public ServerLoad load() throws InterruptedException {
    final MetricsText metrics = new MetricsText(metrics());
    final long bySource =
        metrics.sum("vllm:prompt_tokens_by_source_total", "source=\"local_compute\"");
    final long prompt = metrics.sum("vllm:prompt_tokens_total", "");
    final long hits = Math.max(0, metrics.sum("vllm:prefix_cache_hits_total", ""));
    return new ServerLoad(
        Math.max(0, metrics.sum("vllm:num_requests_waiting", "")),
        Math.max(0, metrics.sum("vllm:num_requests_running", "")),
        bySource >= 0 || prompt < 0 ? bySource : prompt - hits,
        metrics.sum("vllm:generation_tokens_total", ""),
        metrics.sum("vllm:num_preemptions_total", ""));
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
    final ObjectNode body = ControlCalls.object().put("prompt", text);
    return ids(body.put("add_special_tokens", false));
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
    final ObjectNode body = ControlCalls.object();
    body.putArray("request_ids").add(ID_PREFIX + id);
    try {
      calls.post("/inference/v1/abort_requests", body);
    } catch (final IOException e) {
      return; // The connection is closed, so the server ends the request by itself.
    }
  }

  @Override
  public String lackForWeights() throws InterruptedException {
    try {
      calls.get("/weight_info");
      return null;
    } catch (final IOException e) {
      return "start vllm with VLLM_SERVER_DEV_MODE=1, on a port that nobody else reaches";
    }
  }

  @Override
  public void useWeights(final Path folder, final String label)
      throws IOException, InterruptedException {
    calls.post("/pause?mode=keep", ControlCalls.object(), WEIGHTS_WITHIN_NS);
    try {
      final ObjectNode body = ControlCalls.object().put("method", "reload_weights");
      body.putObject("kwargs").put("weights_path", folder.toString());
      calls.post("/collective_rpc", body, WEIGHTS_WITHIN_NS);
      // Neither the label nor the cache follows by itself.
      calls.post("/update_weight_version", ControlCalls.object().put("new_version", label));
      dropCache();
    } finally {
      calls.post("/resume", ControlCalls.object());
    }
  }

  @Override
  public void dropCache() throws IOException, InterruptedException {
    if (!calls.post("/reset_prefix_cache", ControlCalls.object()).path("success").asBoolean(true)) {
      throw new IOException("the server did not drop its prefix cache");
    }
  }
}
