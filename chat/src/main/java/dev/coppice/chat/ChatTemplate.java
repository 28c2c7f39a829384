package dev.coppice.chat;

import dev.coppice.chat.call.StringMethods;
import dev.coppice.chat.jinja.JinjaTemplate;
import dev.coppice.chat.jinja.RenderLimits;
import dev.coppice.chat.value.None;
import dev.coppice.chat.value.TemplateException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Renders conversations by a model's chat template, byte for byte as transformers does with Jinja2.
 *
 * @thread any; immutable.
 * @source transformers, utils/chat_template_utils.
 */
public final class ChatTemplate {
  private static final String MARK = "CONTINUE_FINAL_MESSAGE_TAG ";
  private static final List<String> REASONING =
      List.of("reasoning_content", "thinking", "reasoning");

  private static final List<List<String>> THINKING =
      List.of(
          List.of("<think>", "</think>"),
          List.of("[THINK]", "[/THINK]"),
          List.of("<|START_THINKING|>", "<|END_THINKING|>"),
          List.of("<seed:think>", "</seed:think>"));

  private final String source;
  private final JinjaTemplate template;
  private final Map<String, Object> specialTokens;

  private ChatTemplate(
      final String source, final Map<String, Object> specialTokens, final RenderLimits limits) {
    this.source = source;
    this.specialTokens = specialTokens;
    template = JinjaTemplate.parse(source, limits);
  }

  /**
   * Reads a template.
   *
   * @param source of it.
   * @param specialTokens it sees by name, such as {@code bos_token}.
   * @param limits of a rendering.
   * @return the template.
   * @throws TemplateException naming the line of the first mistake.
   */
  public static ChatTemplate parse(
      final String source, final Map<String, Object> specialTokens, final RenderLimits limits) {
    return new ChatTemplate(source, Map.copyOf(specialTokens), limits);
  }

  /**
   * Reads the template of a model folder.
   *
   * @param folder of the model.
   * @param name of the template; {@code default} where there is one alone.
   * @return the template.
   * @throws TemplateException if the folder has no template of that name, or a defective one.
   */
  public static ChatTemplate open(final Path folder, final String name) {
    final ChatFiles files = new ChatFiles(folder);
    final Map<String, String> templates = files.templates();
    if (!templates.containsKey(name)) {
      throw new TemplateException(
          folder
              + ": has no chat template named '"
              + name
              + "'; it has "
              + templates.keySet()
              + ", looked for in chat_template.jinja and tokenizer_config.json");
    }
    return new ChatTemplate(templates.get(name), files.specialTokens(), RenderLimits.DEFAULT);
  }

  /**
   * Reads a template that stands in a file of its own.
   *
   * @param file of the template.
   * @param folder of the model, whose special tokens the template sees.
   * @return the template.
   * @throws TemplateException if the file cannot be read or the template is defective.
   */
  public static ChatTemplate open(final Path file, final Path folder) {
    final String source = ChatFiles.read(file);
    return new ChatTemplate(source, new ChatFiles(folder).specialTokens(), RenderLimits.DEFAULT);
  }

  /**
   * Computes the digest of a folder's default template.
   *
   * @param folder of the model.
   * @return SHA-256 in hexadecimal, or empty text where the folder has no template.
   */
  public static String sha256(final Path folder) {
    final String source = new ChatFiles(folder).templates().get("default");
    return source == null ? "" : digest(source);
  }

  /**
   * Finds the marks a model puts around its thoughts, as far as the template writes or strips them.
   *
   * @return the opening and the closing mark, or nothing where the template knows none.
   */
  public List<String> thinkingMarks() {
    for (final List<String> marks : THINKING) {
      if (marks.stream().allMatch(source::contains)) {
        return marks;
      }
    }
    return List.of();
  }

  /**
   * Returns the digest of the template's text.
   *
   * @return SHA-256 in hexadecimal.
   */
  public String sha256() {
    return digest(source);
  }

  private static String digest(final String text) {
    try {
      final byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (final NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /**
   * Renders a conversation.
   *
   * @param request to render.
   * @return the text.
   * @throws TemplateException if the template refuses the conversation, or reaches a limit.
   */
  public String render(final ChatRequest request) {
    return render(request, LocalDateTime::now);
  }

  /**
   * Renders a conversation at a given time.
   *
   * @param request to render.
   * @param now the time a template may write.
   * @return the text.
   * @throws TemplateException if the template refuses the conversation, or reaches a limit.
   */
  public String render(final ChatRequest request, final Supplier<LocalDateTime> now) {
    if (request.messages().isEmpty()) {
      throw new TemplateException("the conversation has no message");
    }
    try {
      return rendered(request, now);
    } catch (final TemplateException e) {
      final String place = placeOf(e, request, now);
      throw place.isEmpty() ? e : new TemplateException(place + ": " + e.getMessage());
    }
  }

  /** Names the message whose coming makes a template fail; empty where no single one does. */
  private String placeOf(
      final TemplateException failure,
      final ChatRequest request,
      final Supplier<LocalDateTime> now) {
    for (int count = 1; count <= request.messages().size(); count++) {
      final List<Map<String, Object>> begin = request.messages().subList(0, count);
      try {
        rendered(request.with(begin, false), now);
      } catch (final TemplateException e) {
        final boolean isSame = String.valueOf(e.getMessage()).equals(failure.getMessage());
        return isSame
            ? "message " + (count - 1) + " (role=" + begin.getLast().get("role") + ")"
            : "";
      }
    }
    return "";
  }

  private String rendered(final ChatRequest request, final Supplier<LocalDateTime> now) {
    final List<Map<Object, Object>> messages = messages(request);
    final String wanted = request.continueFinalMessage() ? markFinal(messages) : "";
    final Map<String, Object> variables = new LinkedHashMap<>(specialTokens);
    request.options().forEach((key, value) -> variables.put(key, ChatValues.of(value)));
    variables.put("messages", messages);
    variables.put("tools", ChatValues.of(request.tools()));
    variables.put("documents", ChatValues.of(request.documents()));
    variables.put("add_generation_prompt", request.addGenerationPrompt());
    final String text = template.render(variables, now);
    return request.continueFinalMessage() ? cut(text, wanted) : text;
  }

  /** Copies the messages; reasoning is given under every name that templates read. */
  private static List<Map<Object, Object>> messages(final ChatRequest request) {
    final List<Map<Object, Object>> messages = new ArrayList<>();
    for (final Map<String, Object> message : request.messages()) {
      final Map<Object, Object> copy = new LinkedHashMap<>();
      Object reasoning = null;
      for (final String field : REASONING) {
        reasoning = reasoning == null ? message.get(field) : reasoning;
      }
      if (reasoning != null) {
        copy.put("thinking", ChatValues.of(reasoning));
      }
      message.forEach((key, value) -> copy.put(key, ChatValues.of(value)));
      if (reasoning != null) {
        copy.put("reasoning_content", ChatValues.of(reasoning));
      }
      messages.add(copy);
    }
    return messages;
  }

  /** Puts a mark behind the text of the last message and returns that text. */
  @SuppressWarnings("unchecked")
  private String markFinal(final List<Map<Object, Object>> messages) {
    final Object content =
        messages.isEmpty() ? None.NONE : messages.getLast().getOrDefault("content", None.NONE);
    if (!source.contains("content")) {
      throw new TemplateException("the template does not read the content of messages");
    }
    if (content instanceof String text) {
      messages.getLast().put("content", text + MARK);
      return text;
    }
    if (content instanceof List<?> blocks) {
      for (final Object block : blocks.reversed()) {
        if (block instanceof Map<?, ?> map && map.get("text") instanceof String text) {
          ((Map<Object, Object>) map).put("text", text + MARK);
          return text;
        }
      }
    }
    throw new TemplateException("the final message has no text to continue");
  }

  private static String cut(final String text, final String wanted) {
    final int at = text.lastIndexOf(MARK.strip());
    if (at < 0 || !text.contains((String) StringMethods.call(wanted, "strip"))) {
      throw new TemplateException("the template drops the final message that is to be continued");
    }
    final String before = text.substring(0, at);
    return text.startsWith(MARK, at) ? before : (String) StringMethods.call(before, "rstrip");
  }
}
