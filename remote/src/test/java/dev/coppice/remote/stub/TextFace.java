package dev.coppice.remote.stub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Speaks as a server does that knows OpenAI's protocol and nothing more: texts, and no ids. */
final class TextFace implements StubServer.Face {
  private static final int END = 0;

  @Override
  public boolean answer(
      final StubServer server, final HttpExchange exchange, final String path, final JsonNode body)
      throws IOException {
    final ObjectNode root = StubServer.MAPPER.createObjectNode();
    if (path.equals("/v1/models")) {
      root.withArray("data").addObject().put("id", "letters");
      StubServer.respond(exchange, 200, root);
      return true;
    }
    if (!path.equals("/v1/completions")) {
      return false;
    }
    if (!body.path("prompt").isTextual()) {
      StubServer.respond(exchange, 400, StubServer.error("prompt: a text is expected"));
      return true;
    }
    final StubServer.Asked asked =
        new StubServer.Asked(
            server.tokenizer.encode(body.path("prompt").asText()),
            body.path("max_tokens").asInt(),
            new StubModel.Settings(
                body.path("temperature").asDouble(1), body.path("top_p").asDouble(1), 0),
            body.path("seed").asLong(),
            new int[] {END},
            -1);
    try {
      if (!server.fails(exchange, asked)) {
        server.sample(asked, new Writer(server, StubServer.stream(exchange)), exchange);
      }
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return true;
  }

  /** Writes the text of each token; the end of a sequence has none. */
  private record Writer(StubServer server, OutputStream out) implements StubServer.Writer {
    @Override
    public void token(final StubModel.Position position, final int index) throws IOException {
      if (position.token() != END) {
        event(server.tokenizer.piece(position.token()), null);
      }
    }

    @Override
    public void end(final String reason, final int promptTokens, final int cached)
        throws IOException {
      event("", reason);
      done();
    }

    private void event(final String text, final String reason) throws IOException {
      final ObjectNode event = StubServer.MAPPER.createObjectNode();
      event
          .withArray("choices")
          .addObject()
          .put("index", 0)
          .put("text", text)
          .put("finish_reason", reason);
      StubServer.event(out, event);
    }

    @Override
    public void fail(final String message) throws IOException {
      final ObjectNode event = StubServer.MAPPER.createObjectNode();
      event.putObject("error").put("message", message);
      StubServer.event(out, event);
      done();
    }

    private void done() throws IOException {
      out.write("data: [DONE]\n\n".getBytes(StandardCharsets.UTF_8));
      out.flush();
    }
  }
}
