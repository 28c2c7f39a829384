package dev.coppice.proxy.openai;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.coppice.proxy.answer.ReplyListener.Finish;
import dev.coppice.proxy.answer.ReplyListener.TokenLogprob;
import dev.coppice.proxy.talk.RefusedException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Writes the pieces that OpenAI's answers have in common.
 *
 * @thread any; stateless.
 */
public final class OpenAiJson {
  static final ObjectMapper JSON = new ObjectMapper();

  private OpenAiJson() {}

  static String text(final ObjectNode node) {
    try {
      return JSON.writeValueAsString(node);
    } catch (final JsonProcessingException e) {
      throw new IllegalStateException("a node can be written", e);
    }
  }

  static void usage(final ObjectNode usage, final int promptTokens, final List<Finish> finishes) {
    final int completion = finishes.stream().mapToInt(Finish::tokens).sum();
    usage.put("prompt_tokens", promptTokens);
    usage.put("completion_tokens", completion);
    usage.put("total_tokens", promptTokens + completion);
    final long cached = Math.min(promptTokens, finishes.getFirst().cachedTokens());
    usage.putObject("prompt_tokens_details").put("cached_tokens", cached);
  }

  static void logprobs(final ArrayNode content, final List<TokenLogprob> tokens) {
    for (final TokenLogprob token : tokens) {
      final ObjectNode entry = content.addObject();
      final String text = visible(token.text());
      entry.put("token", text);
      entry.put("logprob", token.logprob());
      final ArrayNode bytes = entry.putArray("bytes");
      for (final byte one : bytes(token.text())) {
        bytes.add(one & 0xff);
      }
      entry.putArray("top_logprobs");
    }
  }

  /** A token may be bytes that are no character: they are lone surrogates in its piece. */
  static String visible(final String piece) {
    final StringBuilder text = new StringBuilder(piece);
    for (int i = 0; i < text.length(); i++) {
      if (isByte(text.charAt(i))) {
        text.setCharAt(i, '\ufffd');
      }
    }
    return text.toString();
  }

  private static boolean isByte(final char unit) {
    return unit >= 0xDC80 && unit <= 0xDCFF;
  }

  private static byte[] bytes(final String piece) {
    if (piece.length() == 1 && isByte(piece.charAt(0))) {
      return new byte[] {(byte) piece.charAt(0)};
    }
    return visible(piece).getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Writes a refusal.
   *
   * @param refused what was asked for.
   * @return the body of the error.
   */
  public static String error(final RefusedException refused) {
    final ObjectNode error = JSON.createObjectNode();
    final ObjectNode inside = error.putObject("error");
    inside.put("message", refused.getMessage());
    inside.put("type", type(refused.kind()));
    inside.put("param", refused.field());
    inside.put("code", code(refused.kind()));
    return text(error);
  }

  private static String type(final RefusedException.Kind kind) {
    return switch (kind) {
      case UNAUTHENTICATED -> "authentication_error";
      case FORBIDDEN -> "permission_error";
      case BACKEND, UNAVAILABLE -> "server_error";
      default -> "invalid_request_error";
    };
  }

  private static String code(final RefusedException.Kind kind) {
    return switch (kind) {
      case TOO_LONG -> "context_length_exceeded";
      case UNAUTHENTICATED -> "invalid_api_key";
      case NOT_FOUND -> "not_found";
      case CONFLICT -> "rollout_ended";
      case TOO_LARGE -> "request_too_large";
      case BACKEND -> "model_failed";
      case UNAVAILABLE -> "unavailable";
      case FORBIDDEN -> "host_not_allowed";
      case INVALID -> null;
    };
  }

  /**
   * Lists the models: the one there is.
   *
   * @param model its name.
   * @return the body of the answer.
   */
  public static String models(final String model) {
    final ObjectNode list = JSON.createObjectNode();
    list.put("object", "list");
    list.putArray("data").add(node(model));
    return text(list);
  }

  /**
   * Describes the model.
   *
   * @param model its name.
   * @return the body of the answer.
   */
  public static String model(final String model) {
    return text(node(model));
  }

  private static ObjectNode node(final String model) {
    final ObjectNode node = JSON.createObjectNode();
    node.put("id", model);
    node.put("object", "model");
    node.put("created", 0);
    node.put("owned_by", "coppice");
    return node;
  }
}
