package dev.coppice.proxy.openai;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.coppice.proxy.answer.AskDefaults;
import dev.coppice.proxy.answer.Fields;
import dev.coppice.proxy.talk.Messages;
import dev.coppice.proxy.talk.RefusedException;
import dev.coppice.proxy.talk.TalkAsk;
import dev.coppice.proxy.talk.ToolUse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads the body of {@code /v1/chat/completions}.
 *
 * @thread any; stateless.
 */
public final class ChatBody {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String TOOLS = "tools";
  private static final String TOOL_CHOICE = "tool_choice";
  private static final String FUNCTION = "function";
  private static final String MESSAGES = "messages";

  /** What says who asks, and changes no token. */
  static final Set<String> LABELS =
      Set.of("user", "metadata", "safety_identifier", "prompt_cache_key", "store", "service_tier");

  private static final Set<String> KNOWN =
      Set.of(
          "model",
          MESSAGES,
          TOOLS,
          TOOL_CHOICE,
          "parallel_tool_calls",
          "temperature",
          "top_p",
          "top_k",
          "min_p",
          "seed",
          "n",
          "max_tokens",
          "max_completion_tokens",
          "stop",
          "stream",
          "stream_options",
          "logprobs",
          "top_logprobs",
          "frequency_penalty",
          "presence_penalty",
          "logit_bias",
          "response_format",
          "modalities");

  private ChatBody() {}

  /**
   * Reads a request.
   *
   * @param body of it.
   * @param defaults of what it does not say.
   * @return the request.
   * @throws RefusedException naming the field that is wrong or not supported.
   */
  public static TalkAsk read(final JsonNode body, final AskDefaults defaults) {
    final Fields fields = new Fields(body);
    final Set<String> known = new java.util.HashSet<>(KNOWN);
    known.addAll(LABELS);
    fields.requireKnown(known, "chat completions");
    requireNothingElse(fields);
    fields.requireNeutral("response_format", "{\"type\":\"text\"}");
    fields.requireNeutral("modalities", "[\"text\"]");
    fields.requireNeutral("top_logprobs", "0");
    return new TalkAsk(
        messages(body.path(MESSAGES)),
        tools(fields),
        defaults.sampling(fields),
        new TalkAsk.Limits(
            defaults.mostTokens(fields, "max_completion_tokens", "max_tokens"),
            fields.stops("stop")),
        (int) fields.whole("n", 1, AskDefaults.MOST_CHOICES).orElse(1),
        new TalkAsk.Shape(
            fields.flag("stream", false), fields.flag("logprobs", false), usage(fields)));
  }

  /** Refuses what would change the distribution, or keep something. */
  static void requireNothingElse(final Fields fields) {
    fields.requireNeutral("frequency_penalty", "0", "0.0");
    fields.requireNeutral("presence_penalty", "0", "0.0");
    fields.requireNeutral("logit_bias", "{}");
    fields.requireNeutral("store", "false");
    fields.requireNeutral("service_tier", "\"auto\"", "\"default\"");
  }

  static boolean usage(final Fields fields) {
    if (!fields.has("stream_options")) {
      return false;
    }
    final Fields options = new Fields(fields.body().get("stream_options"));
    options.requireKnown(Set.of("include_usage", "include_obfuscation"), "stream_options");
    options.requireNeutral("include_obfuscation", "false");
    return options.flag("include_usage", false);
  }

  private static TalkAsk.Tools tools(final Fields fields) {
    final List<Map<String, Object>> schemas = new ArrayList<>();
    for (final JsonNode tool : fields.body().path(TOOLS)) {
      if (!tool.path("type").asText().equals(FUNCTION)
          || !tool.path(FUNCTION).path("name").isTextual()) {
        throw RefusedException.field(TOOLS, "only functions with a name are supported: " + tool);
      }
      schemas.add(object(tool));
    }
    final boolean parallel = fields.flag("parallel_tool_calls", true);
    if (!fields.has(TOOL_CHOICE)) {
      final TalkAsk.ToolChoice usual =
          schemas.isEmpty() ? TalkAsk.ToolChoice.NONE : TalkAsk.ToolChoice.AUTO;
      return new TalkAsk.Tools(schemas, usual, "", parallel);
    }
    return choice(fields.body().get(TOOL_CHOICE), schemas, parallel);
  }

  private static TalkAsk.Tools choice(
      final JsonNode choice, final List<Map<String, Object>> schemas, final boolean parallel) {
    final String forced = choice.path(FUNCTION).path("name").asText("");
    if (choice.isObject() && choice.path("type").asText().equals(FUNCTION)) {
      requireTool(forced, schemas);
      return new TalkAsk.Tools(schemas, TalkAsk.ToolChoice.REQUIRED, forced, parallel);
    }
    final boolean none = schemas.isEmpty();
    return switch (choice.asText()) {
      case "none" -> new TalkAsk.Tools(schemas, TalkAsk.ToolChoice.NONE, "", parallel);
      case "auto" ->
          new TalkAsk.Tools(
              schemas, none ? TalkAsk.ToolChoice.NONE : TalkAsk.ToolChoice.AUTO, "", parallel);
      case "required" -> {
        if (none) {
          throw RefusedException.field(TOOL_CHOICE, "a call is required and there are no tools");
        }
        final String only = schemas.size() == 1 ? name(schemas.getFirst()) : "";
        yield new TalkAsk.Tools(schemas, TalkAsk.ToolChoice.REQUIRED, only, parallel);
      }
      default ->
          throw RefusedException.field(
              TOOL_CHOICE, "auto, none, required or a function by name: " + choice);
    };
  }

  private static String name(final Map<String, Object> schema) {
    return schema.get(FUNCTION) instanceof Map<?, ?> function
        ? String.valueOf(function.get("name"))
        : "";
  }

  private static void requireTool(final String name, final List<Map<String, Object>> schemas) {
    if (schemas.stream().noneMatch(schema -> name(schema).equals(name))) {
      throw RefusedException.field(TOOL_CHOICE, "there is no tool named " + name);
    }
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> object(final JsonNode node) {
    return JSON.convertValue(node, Map.class);
  }

  private static List<Map<String, Object>> messages(final JsonNode node) {
    if (!node.isArray() || node.isEmpty()) {
      throw RefusedException.field(MESSAGES, "a list of at least one message");
    }
    final List<Map<String, Object>> messages = new ArrayList<>();
    for (final JsonNode message : node) {
      messages.add(message(message, MESSAGES + "[" + messages.size() + "]"));
    }
    if (messages.getLast().get("role").equals("assistant")) {
      throw RefusedException.field(
          MESSAGES, "the last one must not be the assistant's: turns are not continued");
    }
    return messages;
  }

  private static Map<String, Object> message(final JsonNode message, final String place) {
    final String role = message.path("role").asText("");
    final String content = content(message.path("content"), place);
    return switch (role) {
      case "system", "user" -> Messages.text(role, content);
      case "developer" -> Messages.text("system", content);
      case "assistant" -> Messages.said(content, calls(message.path("tool_calls"), place));
      case "tool" -> {
        if (!message.path("tool_call_id").isTextual()) {
          throw RefusedException.field(place, "a result needs its tool_call_id");
        }
        yield Messages.result(message.path("tool_call_id").asText(), content);
      }
      default ->
          throw RefusedException.field(
              place, "role must be system, developer, user, assistant or tool: " + role);
    };
  }

  private static List<ToolUse> calls(final JsonNode calls, final String place) {
    final List<ToolUse> uses = new ArrayList<>();
    for (final JsonNode call : calls) {
      final JsonNode function = call.path(FUNCTION);
      final String arguments = function.path("arguments").asText("{}");
      try {
        if (!JSON.readTree(arguments).isObject()) {
          throw RefusedException.field(place, "arguments of a call must be an object");
        }
      } catch (final JsonProcessingException e) {
        throw RefusedException.field(place, "arguments of a call must be JSON: " + arguments);
      }
      uses.add(new ToolUse(call.path("id").asText(), function.path("name").asText(), arguments));
    }
    return uses;
  }

  private static String content(final JsonNode content, final String place) {
    if (content.isTextual()) {
      return content.asText();
    }
    final StringBuilder text = new StringBuilder();
    for (final JsonNode part : content) {
      final String type = part.path("type").asText();
      if (!type.equals("text") && !type.equals("refusal")) {
        throw RefusedException.field(place, "only text is supported, not " + type);
      }
      text.append(part.path(type).asText());
    }
    return text.toString();
  }
}
