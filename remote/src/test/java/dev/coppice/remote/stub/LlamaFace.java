package dev.coppice.remote.stub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;

/** Speaks as llama-server does. */
final class LlamaFace implements StubServer.Face {
  private final int slots;
  private final int end;

  LlamaFace(final int slots, final int end) {
    this.slots = slots;
    this.end = end;
  }

  @Override
  public boolean answer(
      final StubServer server, final HttpExchange exchange, final String path, final JsonNode body)
      throws IOException {
    final ObjectNode root = StubServer.MAPPER.createObjectNode();
    if (path.startsWith("/slots/")) {
      slot(server, exchange, Integer.parseInt(path.substring(7)), body);
      return true;
    }
    switch (path) {
      case "/props" -> {
        root.put("build_info", "b11434").put("total_slots", slots);
        root.putObject("default_generation_settings").put("n_ctx", server.contextTokens);
        StubServer.respond(exchange, 200, root);
      }
      case "/v1/models" -> {
        root.withArray("data").addObject().put("id", "letters");
        StubServer.respond(exchange, 200, root);
      }
      case "/metrics" ->
          StubServer.respond(
              exchange,
              "llamacpp:prompt_tokens_total "
                  + server.computedPrompt
                  + "\nllamacpp:tokens_predicted_total "
                  + server.generated
                  + "\n");
      case "/tokenize" ->
          StubServer.respond(exchange, 200, server.tokenized(body.path("content").asText()));
      case "/completion" -> tokens(server, exchange, body);
      default -> {
        return false;
      }
    }
    return true;
  }

  private static void slot(
      final StubServer server, final HttpExchange exchange, final int slot, final JsonNode body)
      throws IOException {
    final String file = body.path("filename").asText();
    if (!server.quirks.hasSlotFolder) {
      StubServer.respond(exchange, 501, StubServer.error("started without --slot-save-path"));
    } else if (exchange.getRequestURI().getQuery().equals("action=save")) {
      server.cache.save(slot, file);
      StubServer.respond(exchange, 200, StubServer.MAPPER.createObjectNode());
    } else if (server.cache.restore(slot, file)) {
      StubServer.respond(exchange, 200, StubServer.MAPPER.createObjectNode());
    } else {
      StubServer.respond(exchange, 400, StubServer.error("no such file"));
    }
  }

  private void tokens(final StubServer server, final HttpExchange exchange, final JsonNode body)
      throws IOException {
    final StubServer.Asked asked =
        new StubServer.Asked(
            StubServer.ints(body.path("prompt")),
            body.path("n_predict").asInt(),
            new StubModel.Settings(
                body.path("temperature").asDouble(0.8),
                body.path("samplers").toString().contains("top_p")
                    ? body.path("top_p").asDouble()
                    : 1,
                body.path("samplers").toString().contains("top_k")
                    ? body.path("top_k").asInt()
                    : 0),
            body.path("seed").asLong(),
            new int[] {end},
            body.path("id_slot").asInt(-1));
    try {
      if (!server.fails(exchange, asked)) {
        final Writer writer = new Writer(StubServer.stream(exchange), body.path("n_probs").asInt());
        server.sample(asked, writer, exchange);
      }
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Writes an event a token; the last has the totals, and no mark follows it. */
  private static final class Writer implements StubServer.Writer {
    private final OutputStream out;
    private final int top;
    private int made;

    Writer(final OutputStream out, final int top) {
      this.out = out;
      this.top = top;
    }

    @Override
    public void token(final StubModel.Position position, final int index) throws IOException {
      made++;
      final ObjectNode event = StubServer.MAPPER.createObjectNode();
      event.put("content", "x").putArray("tokens").add(position.token());
      event.put("stop", false).put("id_slot", -1);
      final ObjectNode entry = event.putArray("completion_probabilities").addObject();
      entry
          .put("id", position.token())
          .put("prob", (float) Math.exp(position.drawn()[position.token()]));
      final ArrayNode list = entry.putArray("top_probs");
      position
          .top(position.drawn(), top)
          .forEach(
              id ->
                  list.addObject()
                      .put("id", id)
                      .put("prob", (float) Math.exp(position.drawn()[id])));
      StubServer.event(out, event);
    }

    @Override
    public void end(final String reason, final int promptTokens, final int cached)
        throws IOException {
      final ObjectNode event = StubServer.MAPPER.createObjectNode();
      event.put("content", "").putArray("tokens");
      event.put("stop", true).put("tokens_predicted", made);
      event.put("stop_type", reason.equals("stop") ? "eos" : "limit").put("truncated", false);
      event.putObject("timings").put("cache_n", cached).put("prompt_n", promptTokens - cached);
      StubServer.event(out, event);
    }

    @Override
    public void fail(final String message) throws IOException {
      StubServer.event(out, StubServer.error(message));
    }
  }
}
