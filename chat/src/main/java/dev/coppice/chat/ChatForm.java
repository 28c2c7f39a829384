package dev.coppice.chat;

import dev.coppice.chat.value.TemplateException;
import dev.coppice.episode.Conversation;
import dev.coppice.episode.Dialect;
import dev.coppice.model.Tokenizer;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Has a model's chat template write the conversations of an environment.
 *
 * <p>A template that writes the date gets {@link #NOW}, so that a seed gives the same prompt on
 * every day.
 *
 * @thread any; immutable.
 */
public final class ChatForm implements Conversation.Form {
  /** The time of every conversation; the date that Llama's templates fall back to. */
  public static final LocalDateTime NOW = LocalDateTime.of(2024, 7, 26, 0, 0);

  private static final String PROBED = "probed_tool";
  private static final String ASKED = "probed request";

  private final ChatTemplate template;
  private final String end;
  private final Dialect dialect;
  private final List<Map<String, Object>> opening;
  private final TemplateException unmarked;

  /**
   * Binds a template to a model and an environment.
   *
   * @param template of the model.
   * @param tokenizer of the model, for the token that ends a turn; not kept.
   * @param dialect whose marks stand around calls in what the model says.
   * @param opening messages every conversation begins with, before the request.
   */
  public ChatForm(
      final ChatTemplate template,
      final Tokenizer tokenizer,
      final Dialect dialect,
      final List<Map<String, Object>> opening) {
    this.template = template;
    this.end = ChatSession.endText(tokenizer);
    this.dialect = dialect;
    this.opening = List.copyOf(opening);
    this.unmarked = unmarked();
  }

  /** Finds out whether the model would call in a way that nobody here understands. */
  private TemplateException unmarked() {
    final String before = beforeCall(template);
    return before.isEmpty() || before.contains(dialect.callOpen())
        ? null
        : new TemplateException(
            "the template writes calls without the mark %s that they are found by: %s"
                .formatted(
                    dialect.callOpen(), before.substring(Math.max(0, before.length() - 60))));
  }

  /**
   * Has a template write a call.
   *
   * @param template of the model.
   * @return what it writes in its turn before the name of the tool; empty where it supports no calls of
   *     this form, and rendering a turn will show how it fails.
   */
  public static String beforeCall(final ChatTemplate template) {
    final Map<String, Object> call = ChatTurns.call(0, PROBED, Map.of("probed", 1));
    final List<Map<String, Object>> messages =
        List.of(
            Map.of("role", "user", "content", ASKED),
            Map.of("role", "assistant", "content", "", "tool_calls", List.of(call)));
    try {
      final String written = template.render(ChatRequest.prompt(messages, null), () -> NOW);
      final int asked = written.lastIndexOf(ASKED);
      final int at = written.indexOf(PROBED, Math.max(0, asked));
      return at < 0 ? "" : written.substring(Math.max(0, asked), at);
    } catch (final TemplateException e) {
      return "";
    }
  }

  /**
   * Begins a conversation.
   *
   * @throws TemplateException if there are tools, and the template writes calls between other marks.
   */
  @Override
  public Conversation begin(final String request, final List<Map<String, Object>> tools) {
    if (!tools.isEmpty() && unmarked != null) {
      throw unmarked;
    }
    final List<Map<String, Object>> messages = new ArrayList<>(opening);
    messages.add(Map.of("role", "user", "content", request));
    final List<Object> schemas = tools.isEmpty() ? null : new ArrayList<>(tools);
    final TurnWriter writer =
        new TurnWriter(template, ChatRequest.prompt(messages, schemas), end, () -> NOW);
    return ChatTurns.begin(writer, dialect, messages);
  }
}
