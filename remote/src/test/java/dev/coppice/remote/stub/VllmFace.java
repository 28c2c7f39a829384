package dev.coppice.remote.stub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import dev.coppice.fixture.LetterPolicy;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Speaks as vLLM does. */
final class VllmFace implements StubServer.Face {
  @Override
  public boolean answer(
      final StubServer server, final HttpExchange exchange, final String path, final JsonNode body)
      throws IOException {
    final ObjectNode root = StubServer.MAPPER.createObjectNode();
    switch (path) {
      case "/version" -> StubServer.respond(exchange, 200, root.put("version", "0.32.0"));
      case "/v1/models" -> {
        root.withArray("data")
            .addObject()
            .put("id", "letters")
            .put("max_model_len", server.contextTokens);
        StubServer.respond(exchange, 200, root);
      }
      case "/metrics" -> StubServer.respond(exchange, metrics(server));
      case "/tokenize" ->
          StubServer.respond(exchange, 200, server.tokenized(body.path("prompt").asText()));
      case "/weight_info" -> StubServer.respond(exchange, 200, root.put("version", server.label));
      case "/pause", "/resume" -> {
        server.paused = path.equals("/pause");
        StubServer.respond(exchange, 200, root.put("status", "ok"));
      }
      case "/collective_rpc" -> {
        final String folder = body.path("kwargs").path("weights_path").asText();
        server.model.use(LetterPolicy.ofFolder(Path.of(folder)));
        StubServer.respond(exchange, 200, root);
      }
      case "/update_weight_version" -> {
        server.label = body.path("new_version").asText();
        StubServer.respond(exchange, 200, root);
      }
      case "/reset_prefix_cache" -> {
        server.cache.clear();
        StubServer.respond(exchange, 200, root.put("success", true));
      }
      case "/inference/v1/abort_requests" -> StubServer.respond(exchange, 200, root);
      case "/inference/v1/generate", "/v1/completions" -> {
        return tokens(server, exchange, path, body);
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  private static String metrics(final StubServer server) {
    return "# HELP x\nvllm:cache_config_info{block_size=\"4\",num_gpu_blocks=\"64\"} 1.0\n"
        + "vllm:num_requests_waiting{model_name=\"letters\"} 0.0\n"
        + "vllm:prompt_tokens_by_source_total{source=\"local_cache_hit\"} 5.0\n"
        + "vllm:prompt_tokens_by_source_total{source=\"local_compute\"} "
        + server.computedPrompt
        + ".0\nvllm:generation_tokens_total{model_name=\"letters\"} "
        + server.generated
        + ".0\nvllm:num_preemptions_total{model_name=\"letters\"} 0.0\n";
  }

  private boolean tokens(
      final StubServer server, final HttpExchange exchange, final String path, final JsonNode body)
      throws IOException {
    final boolean generates = path.endsWith("generate");
    if (generates && !server.quirks.hasGenerate) {
      return false;
    }
    final JsonNode settings = generates ? body.path("sampling_params") : body;
    final JsonNode ids = body.path(generates ? "token_ids" : "prompt");
    if (ids.isEmpty()) {
      StubServer.respond(exchange, 400, StubServer.error("the prompt is empty"));
      return true;
    }
    final int top = settings.path("logprobs").asInt();
    final int cap = server.quirks.mostLogprobs;
    if (cap >= 0 && (top > cap || top < 0)) {
      StubServer.respond(exchange, 400, StubServer.error("logprobs over the cap of " + cap));
      return true;
    }
    final StubServer.Asked asked =
        new StubServer.Asked(
            StubServer.ints(ids),
            settings.path("max_tokens").asInt(),
            new StubModel.Settings(
                settings.path("temperature").asDouble(),
                settings.path("top_p").asDouble(1),
                settings.path("top_k").asInt(0)),
            settings.path("seed").asLong(),
            StubServer.ints(settings.path("stop_token_ids")),
            -1);
    try {
      if (!server.fails(exchange, asked)) {
        final Writer writer = new Writer(server, StubServer.stream(exchange), top, generates);
        server.sample(asked, writer, exchange);
      }
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return true;
  }

  /** Writes deltas, then the usage, then the end mark. */
  private static final class Writer implements StubServer.Writer {
    private final StubServer server;
    private final OutputStream out;
    private final int top;
    private final boolean generates;
    private int made;

    Writer(
        final StubServer server, final OutputStream out, final int top, final boolean generates) {
      this.server = server;
      this.out = out;
      this.top = top;
      this.generates = generates;
    }

    @Override
    public void token(final StubModel.Position position, final int index) throws IOException {
      made++;
      final ObjectNode event = StubServer.MAPPER.createObjectNode();
      final ObjectNode choice = event.withArray("choices").addObject().put("index", 0);
      choice.withArray("token_ids").add(position.token());
      final double[] told = server.quirks.raw ? position.raw() : position.drawn();
      if (generates) {
        content(choice, position, told);
      } else {
        completions(choice, position, told);
      }
      choice.putNull("finish_reason");
      StubServer.event(out, event);
    }

    private void content(
        final ObjectNode choice, final StubModel.Position position, final double[] told) {
      final ObjectNode entry = choice.putObject("logprobs").putArray("content").addObject();
      entry.put("token_id", position.token()).put("logprob", (float) told[position.token()]);
      entry.put("rank", 1);
      final ArrayNode list = entry.putArray("top_logprobs");
      if (top != 0) {
        position
            .top(told, top)
            .forEach(id -> list.addObject().put("token_id", id).put("logprob", (float) told[id]));
      }
    }

    private void completions(
        final ObjectNode choice, final StubModel.Position position, final double[] told) {
      final ObjectNode logprobs = choice.putObject("logprobs");
      logprobs.putArray("tokens").add("token_id:" + position.token());
      logprobs.putArray("token_logprobs").add((float) told[position.token()]);
      final ObjectNode list = logprobs.putArray("top_logprobs").addObject();
      position.top(told, top).forEach(id -> list.put("token_id:" + id, (float) told[id]));
    }

    @Override
    public void end(final String reason, final int promptTokens, final int cached)
        throws IOException {
      final ObjectNode event = StubServer.MAPPER.createObjectNode();
      final ObjectNode choice = event.withArray("choices").addObject().put("index", 0);
      choice.putArray("token_ids");
      choice.putNull("logprobs");
      choice.put("finish_reason", reason);
      choice
          .putArray("weight_versions")
          .addObject()
          .put("version", server.label)
          .put("start", 0)
          .put("end", made);
      StubServer.event(out, event);
      final ObjectNode last = StubServer.MAPPER.createObjectNode();
      last.putArray("choices");
      final ObjectNode usage = last.putObject("usage").put("prompt_tokens", promptTokens);
      usage.put("completion_tokens", made);
      if (server.quirks.countsCached) {
        usage.putObject("prompt_tokens_details").put("cached_tokens", cached);
      } else {
        usage.putNull("prompt_tokens_details");
      }
      StubServer.event(out, last);
      done();
    }

    @Override
    public void fail(final String message) throws IOException {
      final ObjectNode event = StubServer.MAPPER.createObjectNode();
      event.putObject("error").put("message", message).put("code", 500);
      StubServer.event(out, event);
      done();
    }

    private void done() throws IOException {
      out.write("data: [DONE]\n\n".getBytes(StandardCharsets.UTF_8));
      out.flush();
    }
  }
}
