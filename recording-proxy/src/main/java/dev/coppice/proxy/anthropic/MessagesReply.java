package dev.coppice.proxy.anthropic;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.coppice.proxy.answer.ReplyListener;
import dev.coppice.proxy.answer.ReplyOutput;
import dev.coppice.proxy.talk.Messages;
import dev.coppice.proxy.talk.RefusedException;
import dev.coppice.proxy.talk.ReplyPart;
import dev.coppice.proxy.talk.ToolUse;
import java.util.List;

/**
 * Writes the answer of {@code /v1/messages}.
 *
 * <p>A stream is {@code message_start}, then for every block of text or call {@code
 * content_block_start}, deltas and {@code content_block_stop}, then {@code message_delta} with the
 * reason of the end, and {@code message_stop}.
 *
 * @thread the one that answers the request.
 */
public final class MessagesReply implements ReplyListener {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String CONTENT = "content";
  private static final String INDEX = "index";

  private final String model;
  private final boolean streams;
  private final ReplyOutput out;
  private final ArrayNode content = JSON.createArrayNode();
  private final StringBuilder text = new StringBuilder();
  private int block = -1;
  private boolean inText;
  private Head head;

  /**
   * Makes a writer.
   *
   * @param model its name.
   * @param streams whether the answer is told as it comes.
   * @param out where it goes.
   */
  public MessagesReply(final String model, final boolean streams, final ReplyOutput out) {
    this.model = model;
    this.streams = streams;
    this.out = out;
  }

  @Override
  public void begun(final Head newHead, final int choices) {
    head = newHead;
    if (streams) {
      final ObjectNode event = event("message_start");
      final ObjectNode message = message();
      usage(message.putObject("usage"), 0, 0);
      event.set("message", message);
      send(event);
    }
  }

  @Override
  public void token(final int choice, final TokenLogprob token) {
    throw new IllegalStateException("messages have no log-probabilities");
  }

  @Override
  public void part(final int choice, final ReplyPart part) {
    switch (part) {
      case ReplyPart.Text said -> text(said.text());
      case ReplyPart.Call call -> call(call.use());
    }
  }

  private void text(final String more) {
    if (!inText) {
      inText = true;
      text.setLength(0);
      final ObjectNode start = JSON.createObjectNode();
      start.put("type", "text");
      start.put("text", "");
      begin(start);
    }
    text.append(more);
    final ObjectNode delta = JSON.createObjectNode();
    delta.put("type", "text_delta");
    delta.put("text", more);
    delta(delta);
  }

  private void call(final ToolUse use) {
    endText();
    final ObjectNode start = JSON.createObjectNode();
    start.put("type", "tool_use");
    start.put("id", use.id());
    start.put("name", use.name());
    start.putObject("input");
    begin(start);
    final ObjectNode delta = JSON.createObjectNode();
    delta.put("type", "input_json_delta");
    delta.put("partial_json", use.arguments());
    delta(delta);
    end();
    final ObjectNode whole = content.addObject();
    whole.put("type", "tool_use");
    whole.put("id", use.id());
    whole.put("name", use.name());
    whole.set("input", JSON.valueToTree(Messages.read(use.arguments())));
  }

  private void begin(final ObjectNode start) {
    block++;
    if (streams) {
      final ObjectNode event = event("content_block_start");
      event.put(INDEX, block);
      event.set("content_block", start);
      send(event);
    }
  }

  private void delta(final ObjectNode delta) {
    if (streams) {
      final ObjectNode event = event("content_block_delta");
      event.put(INDEX, block);
      event.set("delta", delta);
      send(event);
    }
  }

  private void end() {
    if (streams) {
      final ObjectNode event = event("content_block_stop");
      event.put(INDEX, block);
      send(event);
    }
  }

  private void endText() {
    if (inText) {
      inText = false;
      end();
      final ObjectNode whole = content.addObject();
      whole.put("type", "text");
      whole.put("text", text.toString());
    }
  }

  @Override
  public void finished(final List<Finish> finishes) {
    final Finish finish = finishes.getFirst();
    endText();
    if (!streams) {
      final ObjectNode message = message();
      message.set(CONTENT, content);
      message.put("stop_reason", reason(finish));
      message.put("stop_sequence", finish.stop());
      usage(message.putObject("usage"), finish.tokens(), cached(finish));
      out.send(write(message));
      return;
    }
    final ObjectNode event = event("message_delta");
    final ObjectNode delta = event.putObject("delta");
    delta.put("stop_reason", reason(finish));
    delta.put("stop_sequence", finish.stop());
    usage(event.putObject("usage"), finish.tokens(), cached(finish));
    send(event);
    send(event("message_stop"));
    out.end();
  }

  private int cached(final Finish finish) {
    return (int) Math.min(head.promptTokens(), finish.cachedTokens());
  }

  private static String reason(final Finish finish) {
    return switch (finish.reason()) {
      case "tool_calls" -> "tool_use";
      case "length" -> "max_tokens";
      default -> finish.stop() == null ? "end_turn" : "stop_sequence";
    };
  }

  private ObjectNode message() {
    final ObjectNode message = JSON.createObjectNode();
    message.put("id", "msg_t" + head.firstTurn());
    message.put("type", "message");
    message.put("role", "assistant");
    message.put("model", model);
    message.putArray(CONTENT);
    message.putNull("stop_reason");
    message.putNull("stop_sequence");
    return message;
  }

  private void usage(final ObjectNode usage, final int tokens, final int cached) {
    usage.put("input_tokens", head.promptTokens() - cached);
    usage.put("cache_creation_input_tokens", 0);
    usage.put("cache_read_input_tokens", cached);
    usage.put("output_tokens", tokens);
  }

  private static ObjectNode event(final String type) {
    final ObjectNode event = JSON.createObjectNode();
    event.put("type", type);
    return event;
  }

  private void send(final ObjectNode event) {
    out.event(event.path("type").asText(), write(event));
  }

  private static String write(final ObjectNode node) {
    try {
      return JSON.writeValueAsString(node);
    } catch (final JsonProcessingException e) {
      throw new IllegalStateException("a node can be written", e);
    }
  }

  /**
   * Writes a refusal.
   *
   * @param refused what was asked for.
   * @return the body of the error, or the data of an event of type error.
   */
  public static String error(final RefusedException refused) {
    final ObjectNode error = event("error");
    final ObjectNode inside = error.putObject("error");
    inside.put("type", errorType(refused.kind()));
    inside.put("message", refused.getMessage());
    return write(error);
  }

  private static String errorType(final RefusedException.Kind kind) {
    return switch (kind) {
      case UNAUTHENTICATED -> "authentication_error";
      case FORBIDDEN -> "permission_error";
      case NOT_FOUND -> "not_found_error";
      case TOO_LARGE -> "request_too_large";
      case UNAVAILABLE -> "overloaded_error";
      case BACKEND -> "api_error";
      case INVALID, TOO_LONG, CONFLICT -> "invalid_request_error";
    };
  }

  /**
   * Writes a count.
   *
   * @param tokens of a request.
   * @return the body of the answer.
   */
  public static String count(final int tokens) {
    final ObjectNode count = JSON.createObjectNode();
    count.put("input_tokens", tokens);
    return write(count);
  }
}
