package dev.coppice.proxy.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.coppice.proxy.answer.AskDefaults;
import dev.coppice.proxy.answer.Fields;
import dev.coppice.proxy.talk.Messages;
import dev.coppice.proxy.talk.RefusedException;
import dev.coppice.proxy.talk.TalkAsk;
import dev.coppice.proxy.talk.ToolUse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads the body of {@code /v1/messages}.
 *
 * @thread any; stateless.
 */
public final class MessagesBody {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String TOOLS = "tools";
  private static final String TOOL_CHOICE = "tool_choice";
  private static final String MESSAGES = "messages";
  private static final String CONTENT = "content";

  private static final Set<String> KNOWN =
      Set.of(
          "model",
          MESSAGES,
          "system",
          "max_tokens",
          "temperature",
          "top_p",
          "top_k",
          "min_p",
          "seed",
          "stop_sequences",
          "stream",
          TOOLS,
          TOOL_CHOICE,
          "thinking",
          "metadata",
          "service_tier");

  private MessagesBody() {}

  /**
   * Reads a request.
   *
   * @param body of it.
   * @param defaults of what it does not say.
   * @param counts whether it only asks for the number of its tokens.
   * @return the request.
   * @throws RefusedException naming the field that is wrong or not supported.
   */
  public static TalkAsk read(
      final JsonNode body, final AskDefaults defaults, final boolean counts) {
    final Fields fields = new Fields(body);
    fields.requireKnown(KNOWN, "messages");
    fields.requireNeutral("thinking", "{\"type\":\"disabled\"}");
    fields.requireNeutral("service_tier", "\"auto\"", "\"standard_only\"");
    if (!counts && !fields.has("max_tokens")) {
      throw RefusedException.field("max_tokens", "it is required");
    }
    return new TalkAsk(
        messages(body),
        tools(fields),
        defaults.sampling(fields),
        new TalkAsk.Limits(
            defaults.mostTokens(fields, "max_tokens"), fields.stops("stop_sequences")),
        1,
        new TalkAsk.Shape(fields.flag("stream", false), false, true));
  }

  private static TalkAsk.Tools tools(final Fields fields) {
    final List<Map<String, Object>> schemas = new ArrayList<>();
    for (final JsonNode tool : fields.body().path(TOOLS)) {
      if (!tool.path("name").isTextual() || !tool.path("input_schema").isObject()) {
        throw RefusedException.field(
            TOOLS, "only tools with name and input_schema are supported: " + tool);
      }
      final Map<String, Object> function = new LinkedHashMap<>();
      function.put("name", tool.path("name").asText());
      function.put("description", tool.path("description").asText(""));
      function.put("parameters", JSON.convertValue(tool.path("input_schema"), Object.class));
      final Map<String, Object> schema = new LinkedHashMap<>();
      schema.put("type", "function");
      schema.put("function", function);
      schemas.add(schema);
    }
    final JsonNode choice = fields.body().path(TOOL_CHOICE);
    final boolean parallel = !choice.path("disable_parallel_tool_use").asBoolean(false);
    final String usual = schemas.isEmpty() ? "none" : "auto";
    final String only =
        schemas.size() == 1 ? fields.body().path(TOOLS).get(0).path("name").asText() : "";
    return switch (choice.path("type").asText(usual)) {
      case "none" -> new TalkAsk.Tools(schemas, TalkAsk.ToolChoice.NONE, "", parallel);
      case "auto" ->
          new TalkAsk.Tools(
              schemas,
              schemas.isEmpty() ? TalkAsk.ToolChoice.NONE : TalkAsk.ToolChoice.AUTO,
              "",
              parallel);
      case "any" -> forced(schemas, only, fields, parallel);
      case "tool" -> forced(schemas, choice.path("name").asText(), fields, parallel);
      default -> throw RefusedException.field(TOOL_CHOICE, "auto, any, tool or none: " + choice);
    };
  }

  private static TalkAsk.Tools forced(
      final List<Map<String, Object>> schemas,
      final String name,
      final Fields fields,
      final boolean parallel) {
    boolean known = name.isEmpty() && !schemas.isEmpty();
    for (final JsonNode tool : fields.body().path(TOOLS)) {
      known |= tool.path("name").asText().equals(name);
    }
    if (!known) {
      throw RefusedException.field(TOOL_CHOICE, "there is no such tool: " + name);
    }
    return new TalkAsk.Tools(schemas, TalkAsk.ToolChoice.REQUIRED, name, parallel);
  }

  private static List<Map<String, Object>> messages(final JsonNode body) {
    final List<Map<String, Object>> messages = new ArrayList<>();
    final String system = text(body.path("system"), "system");
    if (!system.isEmpty()) {
      messages.add(Messages.text("system", system));
    }
    final JsonNode list = body.path(MESSAGES);
    if (!list.isArray() || list.isEmpty()) {
      throw RefusedException.field(MESSAGES, "a list of at least one message");
    }
    int at = 0;
    for (final JsonNode message : list) {
      add(message, MESSAGES + "[" + at++ + "]", messages);
    }
    if (messages.getLast().get("role").equals("assistant")) {
      throw RefusedException.field(
          MESSAGES, "the last one must not be the assistant's: turns are not continued");
    }
    return messages;
  }

  private static void add(
      final JsonNode message, final String place, final List<Map<String, Object>> messages) {
    switch (message.path("role").asText()) {
      case "user" -> addUser(message.path(CONTENT), place, messages);
      case "assistant" -> messages.add(said(message.path(CONTENT), place));
      default -> throw RefusedException.field(place, "role must be user or assistant");
    }
  }

  /** Results of tools are messages of their own; what the user says beside them follows. */
  private static void addUser(
      final JsonNode content, final String place, final List<Map<String, Object>> messages) {
    final StringBuilder text = new StringBuilder();
    boolean results = false;
    if (content.isTextual()) {
      text.append(content.asText());
    }
    for (final JsonNode block : content.isArray() ? content : List.<JsonNode>of()) {
      switch (block.path("type").asText()) {
        case "text" -> text.append(block.path("text").asText());
        case "tool_result" -> {
          results = true;
          messages.add(
              Messages.result(
                  block.path("tool_use_id").asText(), text(block.path(CONTENT), place)));
        }
        default -> throw unsupported(block, place);
      }
    }
    if (!results || !text.isEmpty()) {
      messages.add(Messages.text("user", text.toString()));
    }
  }

  private static Map<String, Object> said(final JsonNode content, final String place) {
    final StringBuilder text = new StringBuilder();
    final List<ToolUse> uses = new ArrayList<>();
    if (content.isTextual()) {
      text.append(content.asText());
    }
    for (final JsonNode block : content.isArray() ? content : List.<JsonNode>of()) {
      switch (block.path("type").asText()) {
        case "text" -> text.append(block.path("text").asText());
        case "tool_use" ->
            uses.add(
                new ToolUse(
                    block.path("id").asText(),
                    block.path("name").asText(),
                    block.path("input").isObject() ? block.path("input").toString() : "{}"));
        default -> throw unsupported(block, place);
      }
    }
    return Messages.said(text.toString(), uses);
  }

  private static String text(final JsonNode content, final String place) {
    if (content.isTextual()) {
      return content.asText();
    }
    final StringBuilder text = new StringBuilder();
    for (final JsonNode block : content) {
      if (!block.path("type").asText().equals("text")) {
        throw unsupported(block, place);
      }
      text.append(block.path("text").asText());
    }
    return text.toString();
  }

  private static RefusedException unsupported(final JsonNode block, final String place) {
    return RefusedException.field(
        place, "only text, tool_use and tool_result are supported, not " + block.path("type"));
  }
}
