package dev.coppice.proxy.talk;

import dev.coppice.chat.ChatForm;
import dev.coppice.chat.ChatRequest;
import dev.coppice.chat.ChatTemplate;
import dev.coppice.chat.TurnWriter;
import dev.coppice.chat.value.TemplateException;
import dev.coppice.model.Tokenizer;
import dev.coppice.proxy.talk.RefusedException.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Writes conversations as tokens by the model's chat template; what was sampled is never written
 * again.
 *
 * <p>A template that knows nothing of tools is told of them in the system message, and shown calls
 * and results as text between marks. One that writes calls between other marks would make calls that
 * nobody here finds: requests with tools are refused then.
 *
 * @thread any; immutable.
 */
public final class Talk {
  private static final String PROBED = "probed_tool";
  private static final String USER = "user";
  private static final String SYSTEM = "system";

  private final ChatTemplate template;
  private final Tokenizer tokenizer;
  private final String end;
  private final boolean ownTools;
  private final TemplateException foreignCalls;
  private final String resultRole;

  /**
   * Makes the writer of a model's conversations.
   *
   * @param template of the model.
   * @param tokenizer of the model.
   */
  public Talk(final ChatTemplate template, final Tokenizer tokenizer) {
    this.template = template;
    this.tokenizer = tokenizer;
    this.end = tokenizer.endToken() < 0 ? "" : tokenizer.decode(new int[] {tokenizer.endToken()});
    final String called = probe(called(), null);
    final boolean knowsTools = probe(asked(), List.of(schema())).contains(PROBED);
    final boolean knowsCalls = called.contains(PROBED);
    final boolean marked =
        knowsCalls && called.lastIndexOf(CallMarks.OPEN, called.indexOf(PROBED)) >= 0;
    this.ownTools = !(knowsTools && knowsCalls);
    this.foreignCalls =
        ownTools || marked
            ? null
            : new TemplateException(
                "the chat template writes calls without the mark "
                    + CallMarks.OPEN
                    + " that they are found by: "
                    + called.strip());
    this.resultRole =
        probe(
                    List.of(
                        asked().getFirst(),
                        Messages.text("assistant", "a"),
                        Messages.text("tool", PROBED)),
                    null)
                .contains(PROBED)
            ? "tool"
            : USER;
  }

  private static List<Map<String, Object>> asked() {
    return List.of(Messages.text(USER, "ask"));
  }

  private static List<Map<String, Object>> called() {
    return List.of(
        Messages.text(USER, "ask"),
        Messages.said("", List.of(new ToolUse("call00001", PROBED, "{}"))));
  }

  private static Map<String, Object> schema() {
    return Map.of(
        "type",
        "function",
        "function",
        Map.of(
            "name",
            PROBED,
            "description",
            "probe",
            "parameters",
            Map.of("type", "object", "properties", Map.of())));
  }

  private String probe(final List<Map<String, Object>> messages, final List<Object> tools) {
    try {
      return template.render(ChatRequest.prompt(messages, tools), () -> ChatForm.NOW);
    } catch (final TemplateException e) {
      return ""; // It does not support this.
    }
  }

  /**
   * Writes a conversation from its beginning.
   *
   * @param ask of the agent.
   * @return the prompt.
   * @throws RefusedException if the template refuses the messages, or cannot do with tools.
   */
  public Prompt begin(final TalkAsk ask) {
    requireOurCalls(ask);
    try {
      final String forced = forced(ask);
      final TurnWriter.Place place = writer(ask).begin(shown(ask.messages(), ask));
      final int[] tokens = tokenizer.encode(place.prompt() + forced);
      return new Prompt(context(ask, place), tokens, forced);
    } catch (final TemplateException e) {
      throw new RefusedException(
          Kind.INVALID,
          "messages",
          "messages: the model's chat template refuses them: " + e.getMessage());
    }
  }

  private static Prompt.Context context(final TalkAsk ask, final TurnWriter.Place place) {
    return new Prompt.Context(ask.messages(), toolsKey(ask), place);
  }

  private static String toolsKey(final TalkAsk ask) {
    return ask.tools().choice() == TalkAsk.ToolChoice.NONE
        ? ""
        : Messages.json(ask.tools().schemas());
  }

  private void requireOurCalls(final TalkAsk ask) {
    if (foreignCalls != null && !ask.tools().schemas().isEmpty()) {
      throw new RefusedException(
          Kind.INVALID, "tools", "tools: " + foreignCalls.getMessage() + "; leave tools out");
    }
  }

  /**
   * Writes what follows a turn.
   *
   * @param ask of the agent.
   * @param turn it may go on from.
   * @return the prompt, its tokens those behind the turn; null where the request does not go on from
   *     the turn, or the template writes the turns before otherwise now.
   */
  public Prompt goOn(final TalkAsk ask, final Turned turn) {
    final Prompt.Context before = turn.prompt().context();
    if (!turn.isContinuedBy(ask.messages()) || !before.tools().equals(toolsKey(ask))) {
      return null;
    }
    try {
      final String prompt = before.place().prompt() + turn.prompt().forced();
      final TurnWriter.Place place = new TurnWriter.Place(before.place().messages(), prompt);
      final List<Map<String, Object>> added =
          ask.messages().subList(before.asked().size() + 1, ask.messages().size());
      final TurnWriter.Step step = step(writer(ask), place, turn, shownAfter(added));
      final String forced = forced(ask);
      final int[] tokens = tokenizer.encode(step.delta() + forced);
      return new Prompt(context(ask, step.place()), tokens, forced);
    } catch (final TemplateException e) {
      return null;
    }
  }

  /** The turn is told as the template would write it as it was sampled, if there is such a way. */
  private TurnWriter.Step step(
      final TurnWriter writer,
      final TurnWriter.Place place,
      final Turned turn,
      final List<Map<String, Object>> added) {
    final List<Map<String, Object>> ways = new ArrayList<>();
    if (!ownTools) {
      ways.add(turn.reply());
    }
    final String whole = turn.prompt().forced() + turn.sampled();
    final String bare =
        !end.isEmpty() && whole.endsWith(end)
            ? whole.substring(0, whole.length() - end.length())
            : whole;
    ways.add(Messages.text("assistant", bare));
    TemplateException refusal = null;
    for (final boolean exactly : new boolean[] {true, false}) {
      for (final Map<String, Object> way : ways) {
        try {
          final TurnWriter.Step step =
              writer.after(place, new TurnWriter.Said(turn.sampled(), way), added, exactly);
          if (step != null) {
            return step;
          }
        } catch (final TemplateException e) {
          refusal = e;
        }
      }
    }
    throw refusal;
  }

  private static String forced(final TalkAsk ask) {
    return ask.tools().choice() == TalkAsk.ToolChoice.REQUIRED
        ? CallMarks.forced(ask.tools().forced())
        : "";
  }

  private TurnWriter writer(final TalkAsk ask) {
    final boolean told = !ownTools && ask.tools().choice() != TalkAsk.ToolChoice.NONE;
    final List<Object> tools =
        told && !ask.tools().schemas().isEmpty() ? new ArrayList<>(ask.tools().schemas()) : null;
    return new TurnWriter(template, ChatRequest.prompt(List.of(), tools), end, () -> ChatForm.NOW);
  }

  /** Shows messages to the template as it understands them. */
  private List<Map<String, Object>> shown(
      final List<Map<String, Object>> messages, final TalkAsk ask) {
    final List<Map<String, Object>> shown = new ArrayList<>(shownAfter(messages));
    if (ownTools && ask.tools().choice() != TalkAsk.ToolChoice.NONE) {
      final String introduction = CallMarks.introduction(ask.tools().schemas());
      if (!shown.isEmpty() && SYSTEM.equals(shown.getFirst().get("role"))) {
        final String before = Messages.content(shown.getFirst());
        shown.set(0, Messages.text(SYSTEM, before + "\n\n" + introduction));
      } else {
        shown.addFirst(Messages.text(SYSTEM, introduction));
      }
    }
    return shown;
  }

  private List<Map<String, Object>> shownAfter(final List<Map<String, Object>> messages) {
    if (!ownTools) {
      return messages;
    }
    final List<Map<String, Object>> shown = new ArrayList<>();
    for (final Map<String, Object> message : messages) {
      final List<ToolUse> uses = Messages.uses(message);
      if (!uses.isEmpty()) {
        final String said = Messages.content(message);
        final String gap = said.isEmpty() ? "" : "\n";
        shown.add(Messages.text("assistant", said + gap + CallMarks.write(uses)));
      } else if ("tool".equals(message.get("role"))) {
        shown.add(Messages.text(resultRole, CallMarks.result(Messages.content(message))));
      } else {
        shown.add(message);
      }
    }
    return shown;
  }
}
