package dev.coppice.proxy.talk;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes messages, and says which of them are the same.
 *
 * <p>A message is a map: {@code role}, {@code content} (text), and where they belong {@code
 * tool_calls} ({@code id}, {@code type}, {@code function} with {@code name} and {@code arguments} as
 * an object), {@code tool_call_id} and {@code name}.
 *
 * @thread any; stateless.
 */
public final class Messages {
  static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
          .build();

  private static final String CONTENT = "content";
  private static final String CALLS = "tool_calls";

  private Messages() {}

  /**
   * Makes a message of text.
   *
   * @param role that speaks.
   * @param content of it.
   * @return the message.
   */
  public static Map<String, Object> text(final String role, final String content) {
    final Map<String, Object> message = new LinkedHashMap<>();
    message.put("role", role);
    message.put(CONTENT, content);
    return message;
  }

  /**
   * Makes the result of a call.
   *
   * @param callId of the call.
   * @param content of the result.
   * @return the message.
   */
  public static Map<String, Object> result(final String callId, final String content) {
    final Map<String, Object> message = text("tool", content);
    message.put("tool_call_id", callId);
    return message;
  }

  /**
   * Makes what the model said.
   *
   * @param content of it, without the calls.
   * @param calls made.
   * @return the message.
   */
  public static Map<String, Object> said(final String content, final List<ToolUse> calls) {
    final Map<String, Object> message = text("assistant", content);
    if (!calls.isEmpty()) {
      final List<Object> list = new ArrayList<>();
      for (final ToolUse call : calls) {
        final Map<String, Object> function = new LinkedHashMap<>();
        function.put("name", call.name());
        function.put("arguments", read(call.arguments()));
        final Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("id", call.id());
        entry.put("type", "function");
        entry.put("function", function);
        list.add(entry);
      }
      message.put(CALLS, list);
    }
    return message;
  }

  /**
   * Reads JSON text.
   *
   * @param json of one value.
   * @return maps, lists, text, numbers, truth values; the text itself where it is no JSON.
   */
  public static Object read(final String json) {
    try {
      return JSON.readValue(json, Object.class);
    } catch (final JsonProcessingException e) {
      return json;
    }
  }

  /**
   * Writes a value as JSON with sorted keys and no blanks.
   *
   * @param value of maps, lists, text, numbers, truth values, null.
   * @return the text.
   */
  public static String json(final Object value) {
    try {
      return JSON.writeValueAsString(value);
    } catch (final JsonProcessingException e) {
      throw new IllegalStateException("plain values can be written", e);
    }
  }

  /**
   * Says whether two messages are the same to a conversation: role, text and calls; blanks around
   * what the model said and the ids of calls do not matter.
   *
   * @param one message.
   * @param other message.
   * @return true if a model would be shown the same.
   */
  public static boolean same(final Map<String, Object> one, final Map<String, Object> other) {
    final boolean said = "assistant".equals(one.get("role"));
    return one.get("role").equals(other.get("role"))
        && (said
            ? content(one).strip().equals(content(other).strip())
            : content(one).equals(content(other)))
        && calls(one).equals(calls(other));
  }

  /**
   * Returns the text of a message.
   *
   * @param message of a conversation.
   * @return its text, or empty.
   */
  public static String content(final Map<String, Object> message) {
    return message.get(CONTENT) instanceof String text ? text : "";
  }

  private static List<String> calls(final Map<String, Object> message) {
    final List<String> calls = new ArrayList<>();
    if (message.get(CALLS) instanceof List<?> list) {
      for (final Object entry : list) {
        if (entry instanceof Map<?, ?> call && call.get("function") instanceof Map<?, ?> function) {
          calls.add(json(function));
        }
      }
    }
    return calls;
  }

  /**
   * Lists the calls a message makes.
   *
   * @param message of a conversation.
   * @return name and arguments of each, in order.
   */
  public static List<ToolUse> uses(final Map<String, Object> message) {
    final List<ToolUse> uses = new ArrayList<>();
    if (message.get(CALLS) instanceof List<?> list) {
      for (final Object entry : list) {
        if (entry instanceof Map<?, ?> call && call.get("function") instanceof Map<?, ?> function) {
          uses.add(
              new ToolUse(
                  String.valueOf(call.get("id")),
                  String.valueOf(function.get("name")),
                  json(function.get("arguments"))));
        }
      }
    }
    return uses;
  }
}
