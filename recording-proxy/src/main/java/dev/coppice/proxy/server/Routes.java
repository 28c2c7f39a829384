package dev.coppice.proxy.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.coppice.proxy.answer.Answering;
import dev.coppice.proxy.answer.AskDefaults;
import dev.coppice.proxy.answer.TextAsk;
import dev.coppice.proxy.anthropic.MessagesBody;
import dev.coppice.proxy.anthropic.MessagesReply;
import dev.coppice.proxy.openai.ChatBody;
import dev.coppice.proxy.openai.ChatReply;
import dev.coppice.proxy.openai.OpenAiJson;
import dev.coppice.proxy.openai.TextBody;
import dev.coppice.proxy.openai.TextReply;
import dev.coppice.proxy.recorded.Recording;
import dev.coppice.proxy.recorded.RolloutName;
import dev.coppice.proxy.strand.SamplingGauge;
import dev.coppice.proxy.talk.RefusedException;
import dev.coppice.proxy.talk.RefusedException.Kind;
import dev.coppice.proxy.talk.TalkAsk;
import java.io.UncheckedIOException;
import java.util.function.Consumer;

/**
 * Answers every request by its path.
 *
 * <pre>
 *   /r/RUN:TASK:ROLLOUT/v1/chat/completions      the rollout in the path, or
 *   /v1/chat/completions                         in the header x-coppice-rollout
 *   /v1/completions  /v1/messages  /v1/messages/count_tokens  /v1/models
 *   /coppice/rollouts/RUN:TASK:ROLLOUT/reward    end  fail  fork
 *   /coppice/groups/TASK/close     /coppice/status
 * </pre>
 *
 * @thread any; each request has its own.
 */
final class Routes {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String ROLLOUT = "x-coppice-rollout";
  private static final String PREFIX = "/r/";
  private static final String CALLS = "/coppice/rollouts/";
  private static final String GROUPS = "/coppice/groups/";
  private static final String MODELS = "/v1/models";

  private final Gate gate;
  private final Parts parts;
  private final Consumer<String> log;

  Routes(final Gate gate, final Parts parts, final Consumer<String> log) {
    this.gate = gate;
    this.parts = parts;
    this.log = log;
  }

  /** Bundles what requests are answered with. */
  record Parts(
      Answering answering,
      AskDefaults defaults,
      Recording recording,
      RolloutCalls calls,
      TokenCount count,
      SamplingGauge gauge) {}

  /** Answers one request. */
  void handle(final ClientExchange exchange) {
    String path = exchange.path();
    String rollout = exchange.header(ROLLOUT);
    if (path.startsWith(PREFIX)) {
      final int end = path.indexOf('/', PREFIX.length());
      rollout = path.substring(PREFIX.length(), end < 0 ? path.length() : end);
      path = end < 0 ? "/" : path.substring(end);
    }
    final boolean anthropic = path.startsWith("/v1/messages");
    try {
      gate.requireHost(exchange.host());
      gate.requireToken(exchange.header("authorization"), exchange.header("x-api-key"));
      route(exchange, path, rollout);
    } catch (final RefusedException e) {
      refuse(exchange, e, anthropic);
    } catch (final UncheckedIOException e) {
      log.accept("a caller has gone: " + path + " " + rollout);
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
      refuse(exchange, new RefusedException(Kind.UNAVAILABLE, null, "the proxy ends"), anthropic);
    } catch (final RuntimeException e) {
      log.accept("a request failed: " + path + " " + rollout + ": " + e);
      refuse(exchange, new RefusedException(Kind.BACKEND, null, String.valueOf(e)), anthropic);
    }
  }

  private void refuse(
      final ClientExchange exchange, final RefusedException refused, final boolean anthropic) {
    final String error = anthropic ? MessagesReply.error(refused) : OpenAiJson.error(refused);
    try {
      if (exchange.isBegun()) {
        exchange.event(anthropic ? "error" : null, error);
        exchange.end();
        return;
      }
      if (refused.kind() == Kind.CONFLICT) {
        exchange.answerHeader("x-should-retry", "false");
      }
      exchange.send(refused.kind().status(), error);
    } catch (final UncheckedIOException e) {
      log.accept("a caller has gone before its error: " + refused.getMessage());
    }
  }

  private void route(final ClientExchange exchange, final String path, final String rollout)
      throws InterruptedException {
    if (exchange.method().equals("GET")) {
      get(exchange, path);
      return;
    }
    if (!exchange.method().equals("POST")) {
      throw new RefusedException(Kind.NOT_FOUND, null, "GET and POST are answered alone");
    }
    final JsonNode body = exchange.body();
    switch (path) {
      case "/v1/chat/completions" -> chat(exchange, rollout, body);
      case "/v1/completions" -> text(exchange, rollout, body);
      case "/v1/messages" -> messages(exchange, rollout, body);
      case "/v1/messages/count_tokens" ->
          exchange.send(
              MessagesReply.count(
                  parts.count().of(MessagesBody.read(body, parts.defaults(), true))));
      default -> call(exchange, path, body);
    }
  }

  private void get(final ClientExchange exchange, final String path) {
    final String model = parts.defaults().model();
    if (path.equals(MODELS)) {
      exchange.send(OpenAiJson.models(model));
    } else if (path.startsWith(MODELS + "/")) {
      exchange.send(OpenAiJson.model(model));
    } else if (path.equals("/coppice/status")) {
      exchange.send(status());
    } else {
      throw unknown(path);
    }
  }

  private static RefusedException unknown(final String path) {
    return new RefusedException(
        Kind.NOT_FOUND,
        null,
        "no such path: "
            + path
            + "; there are /v1/chat/completions, /v1/completions, /v1/messages, /v1/models,"
            + " /coppice/rollouts/NAME/reward, end, fail, fork, /coppice/groups/TASK/close and"
            + " /coppice/status, the first four also behind /r/RUN:TASK:ROLLOUT");
  }

  private String status() {
    final Recording.Counts counts = parts.recording().counts();
    final ObjectNode status = JSON.createObjectNode();
    status.put("model", parts.defaults().model());
    status.put("rollouts", counts.rollouts());
    status.put("open_rollouts", counts.open());
    status.put("open_groups", counts.groups());
    status.put("prefilled_tokens", parts.gauge().prefilled());
    status.put("cached_tokens", parts.gauge().cached());
    status.put("sampled_tokens", parts.gauge().sampled());
    status.put("discarded_tokens", parts.gauge().discarded());
    status.put("most_together", parts.gauge().mostOpen());
    return status.toString();
  }

  private Answering.Caller caller(
      final ClientExchange exchange, final String rollout, final String ids) {
    if (rollout.isEmpty()) {
      throw RefusedException.field(
          "rollout",
          "a request names its rollout: send it to /r/RUN:TASK:ROLLOUT/v1/... (as base URL), or"
              + " with the header "
              + ROLLOUT
              + ": RUN:TASK:ROLLOUT");
    }
    exchange.answerHeader(ROLLOUT, rollout);
    return new Answering.Caller(RolloutName.parse(rollout), "{}", ids);
  }

  private void chat(final ClientExchange exchange, final String rollout, final JsonNode body)
      throws InterruptedException {
    final TalkAsk ask = ChatBody.read(body, parts.defaults());
    final ChatReply reply = new ChatReply(parts.defaults().model(), ask.shape(), exchange, nowS());
    parts.answering().answer(caller(exchange, rollout, "call_"), ask, reply);
  }

  private void text(final ClientExchange exchange, final String rollout, final JsonNode body)
      throws InterruptedException {
    final TextAsk ask = TextBody.read(body, parts.defaults());
    final TextReply reply =
        new TextReply(parts.defaults().model(), ask.talk().shape(), exchange, nowS());
    parts.answering().answer(caller(exchange, rollout, ""), ask, reply);
  }

  private void messages(final ClientExchange exchange, final String rollout, final JsonNode body)
      throws InterruptedException {
    final TalkAsk ask = MessagesBody.read(body, parts.defaults(), false);
    final MessagesReply reply =
        new MessagesReply(parts.defaults().model(), ask.shape().stream(), exchange);
    parts.answering().answer(caller(exchange, rollout, "toolu_"), ask, reply);
  }

  private static long nowS() {
    return System.currentTimeMillis() / 1000;
  }

  private void call(final ClientExchange exchange, final String path, final JsonNode body) {
    if (path.startsWith(CALLS)) {
      final String rest = path.substring(CALLS.length());
      final int slash = rest.indexOf('/');
      if (slash > 0) {
        final RolloutName name = RolloutName.parse(rest.substring(0, slash));
        exchange.send(parts.calls().call(name, rest.substring(slash + 1), body));
        return;
      }
    }
    if (path.startsWith(GROUPS) && path.endsWith("/close")) {
      parts.recording().close(path.substring(GROUPS.length(), path.length() - "/close".length()));
      parts.recording().seal(false);
      exchange.send("{\"state\":\"closed\"}");
      return;
    }
    throw unknown(path);
  }
}
