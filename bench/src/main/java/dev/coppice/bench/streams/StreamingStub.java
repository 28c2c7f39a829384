package dev.coppice.bench.streams;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Streams tokens as vLLM writes them, an event a token, each answer spread over a given time.
 *
 * @thread a virtual one for each request; its own process, so that what it costs is not counted.
 */
public final class StreamingStub {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LETTERS = 24;
  private static final int BACKLOG = 8192;
  private static final String MODELS = "{\"data\":[{\"id\":\"stub\",\"max_model_len\":4096}]}";

  private final long answerNs;
  private final AtomicLong sentBytes = new AtomicLong();
  private final AtomicLong sentTokens = new AtomicLong();

  private StreamingStub(final long answerNs) {
    this.answerNs = answerNs;
  }

  /**
   * Serves until its standard input ends; prints its port.
   *
   * @param arguments the milliseconds of an answer.
   * @throws IOException if it cannot listen.
   */
  public static void main(final String[] arguments) throws IOException {
    final long ms = Long.parseLong(arguments[0]);
    final StreamingStub stub = new StreamingStub(TimeUnit.MILLISECONDS.toNanos(ms));
    final HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", stub::handle);
    server.start();
    System.out.println(server.getAddress().getPort());
    System.out.flush();
    while (System.in.read() >= 0) {
      continue;
    }
    System.exit(0);
  }

  private void handle(final HttpExchange exchange) throws IOException {
    try (exchange) {
      final byte[] body = exchange.getRequestBody().readAllBytes();
      switch (exchange.getRequestURI().getPath()) {
        case "/version" -> answer(exchange, 200, "{\"version\":\"stub\"}");
        case "/health" -> answer(exchange, 200, "{}");
        case "/v1/models" -> answer(exchange, 200, MODELS);
        case "/sent" -> answer(exchange, 200, sent());
        case "/inference/v1/generate" -> tokens(exchange, body);
        default -> answer(exchange, 404, "{\"error\":{\"message\":\"Not Found\"}}");
      }
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private String sent() {
    return "{\"bytes\":" + sentBytes.get() + ",\"tokens\":" + sentTokens.get() + "}";
  }

  private static void answer(final HttpExchange exchange, final int status, final String text)
      throws IOException {
    final byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  private void tokens(final HttpExchange exchange, final byte[] body)
      throws IOException, InterruptedException {
    final JsonNode asked = JSON.readTree(body);
    if (!asked.has("token_ids")) {
      answer(exchange, 400, "{\"error\":{\"message\":\"token_ids is missing\"}}");
      return;
    }
    final int most = asked.at("/sampling_params/max_tokens").asInt(1);
    final int prompt = asked.path("token_ids").size();
    exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
    exchange.sendResponseHeaders(200, 0);
    final OutputStream out = exchange.getResponseBody();
    final long beginNs = System.nanoTime();
    for (int made = 0; made < most; made++) {
      final long leftNs = beginNs + answerNs * made / most - System.nanoTime();
      if (most > 2 && leftNs > 0) {
        TimeUnit.NANOSECONDS.sleep(leftNs);
      }
      event(out, delta(1 + (prompt + made) % (LETTERS - 1)));
      sentTokens.incrementAndGet();
    }
    event(
        out,
        "{\"choices\":[{\"index\":0,\"token_ids\":[],\"logprobs\":null,\"finish_reason\":\"length\"}]}");
    event(
        out,
        "{\"choices\":[],\"usage\":{\"prompt_tokens\":"
            + prompt
            + ",\"completion_tokens\":"
            + most
            + ",\"prompt_tokens_details\":{\"cached_tokens\":0}}}");
    event(out, "[DONE]");
  }

  private static String delta(final int token) {
    return "{\"request_id\":\"generate-tokens-g0.t0.b0.1\",\"model\":\"stub\",\"output_mode\":\"tokens\","
        + "\"choices\":[{\"index\":0,\"finish_reason\":null,\"stop_reason\":null,\"token_ids\":["
        + token
        + "],\"logprobs\":{\"content\":[{\"token_id\":"
        + token
        + ",\"logprob\":-1.176387,\"rank\":1,\"top_logprobs\":[{\"token_id\":"
        + token
        + ",\"logprob\":-1.176387,\"rank\":1},{\"token_id\":"
        + (token == 1 ? 2 : 1)
        + ",\"logprob\":-2.598312,\"rank\":2}]}]}}]}";
  }

  private void event(final OutputStream out, final String data) throws IOException {
    final byte[] bytes = ("data: " + data + "\n\n").getBytes(StandardCharsets.UTF_8);
    out.write(bytes);
    out.flush();
    sentBytes.addAndGet(bytes.length);
  }
}
