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
import java.util.ArrayList;
import java.util.List;

/** Speaks as SGLang does. */
final class SglangFace implements StubServer.Face {
  @Override
  public boolean answer(
      final StubServer server, final HttpExchange exchange, final String path, final JsonNode body)
      throws IOException {
    final ObjectNode root = StubServer.MAPPER.createObjectNode();
    switch (path) {
      case "/server_info" ->
          StubServer.respond(
              exchange, 200, root.put("version", "0.5.23").put("max_running_requests", 16));
      case "/get_model_info" ->
          StubServer.respond(exchange, 200, root.put("model_path", "letters"));
      case "/v1/models" -> {
        root.withArray("data")
            .addObject()
            .put("id", "letters")
            .put("max_model_len", server.contextTokens);
        StubServer.respond(exchange, 200, root);
      }
      case "/metrics" ->
          StubServer.respond(
              exchange,
              "sglang:prompt_tokens_total{m=\"x\"} "
                  + server.computedPrompt
                  + ".0\nsglang:generation_tokens_total{m=\"x\"} "
                  + server.generated
                  + ".0\n");
      case "/tokenize" ->
          StubServer.respond(exchange, 200, server.tokenized(body.path("prompt").asText()));
      case "/pause_generation", "/continue_generation" -> {
        server.paused = path.equals("/pause_generation");
        StubServer.respond(exchange, 200, root);
      }
      case "/update_weights_from_disk" -> {
        server.use(
            LetterPolicy.ofFolder(Path.of(body.path("model_path").asText())),
            body.path("weight_version").asText());
        StubServer.respond(exchange, 200, root.put("success", true));
      }
      case "/abort_request", "/flush_cache" -> StubServer.respond(exchange, 200, root);
      case "/generate" -> tokens(server, exchange, body);
      default -> {
        return false;
      }
    }
    return true;
  }

  private void tokens(final StubServer server, final HttpExchange exchange, final JsonNode body)
      throws IOException {
    final JsonNode settings = body.path("sampling_params");
    final StubServer.Asked asked =
        new StubServer.Asked(
            StubServer.ints(body.path("input_ids")),
            settings.path("max_new_tokens").asInt(),
            new StubModel.Settings(
                settings.path("temperature").asDouble(),
                settings.path("top_p").asDouble(1),
                settings.path("top_k").asInt(-1)),
            System.nanoTime(),
            StubServer.ints(settings.path("stop_token_ids")),
            -1);
    try {
      if (!server.fails(exchange, asked)) {
        final Writer writer =
            new Writer(
                server,
                StubServer.stream(exchange),
                body.path("top_logprobs_num").asInt(),
                body.path("return_sampling_mask").asBoolean());
        server.sample(asked, writer, exchange);
      }
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Writes events that each repeat all before them, unless told otherwise. */
  private static final class Writer implements StubServer.Writer {
    private final StubServer server;
    private final OutputStream out;
    private final int top;
    private final boolean mask;
    private final List<StubModel.Position> positions = new ArrayList<>();

    Writer(final StubServer server, final OutputStream out, final int top, final boolean mask) {
      this.server = server;
      this.out = out;
      this.top = top;
      this.mask = mask;
    }

    @Override
    public void token(final StubModel.Position position, final int index) throws IOException {
      positions.add(position);
      StubServer.event(out, event(server.quirks.cumulative ? 0 : index, null, 0, 0));
    }

    private ObjectNode event(
        final int from, final String reason, final int promptTokens, final int cached) {
      final ObjectNode event = StubServer.MAPPER.createObjectNode();
      final ArrayNode ids = event.putArray("output_ids");
      final ObjectNode meta = event.putObject("meta_info");
      final ArrayNode logprobs = meta.putArray("output_token_logprobs");
      final ArrayNode tops = meta.putArray("output_top_logprobs");
      final ArrayNode drawn = StubServer.MAPPER.createArrayNode();
      for (final StubModel.Position position : positions.subList(from, positions.size())) {
        final double[] told = server.quirks.raw ? position.raw() : position.tempered();
        ids.add(position.token());
        logprobs.addArray().add((float) told[position.token()]).add(position.token()).addNull();
        drawn.add((float) position.drawn()[position.token()]);
        final ArrayNode list = tops.addArray();
        position
            .top(told, top)
            .forEach(id -> list.addArray().add((float) told[id]).add(id).addNull());
      }
      if (mask) {
        meta.set("output_token_sampling_logprobs", drawn);
      }
      meta.put("completion_tokens", positions.size());
      if (reason == null) {
        meta.putNull("finish_reason");
      } else {
        meta.putObject("finish_reason").put("type", reason);
        meta.put("prompt_tokens", promptTokens).put("cached_tokens", cached);
        meta.putArray("weight_versions")
            .addObject()
            .put("version", server.label)
            .put("start", 0)
            .put("end", positions.size());
      }
      return event;
    }

    @Override
    public void end(final String reason, final int promptTokens, final int cached)
        throws IOException {
      final int from = server.quirks.cumulative ? 0 : positions.size();
      StubServer.event(out, event(from, reason, promptTokens, cached));
      out.write("data: [DONE]\n\n".getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void fail(final String message) throws IOException {
      StubServer.event(out, StubServer.error(message));
      out.write("data: [DONE]\n\n".getBytes(StandardCharsets.UTF_8));
    }
  }
}
