package dev.coppice.chat;

import dev.coppice.chat.value.TemplateException;
import dev.coppice.episode.Conversation;
import dev.coppice.episode.Dialect;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Goes on turn by turn, each turn being the message that the template writes as it was sampled.
 *
 * <p>A call can be told to a template as {@code tool_calls}, as its model was trained, or as plain
 * text. The first of these that the template writes character for character as it was sampled is kept; if
 * there is none, the first it can continue from at all.
 */
final class ChatTurns implements Conversation {
  private final TurnWriter writer;
  private final Dialect dialect;
  private final TurnWriter.Place place;
  private final String text;

  private ChatTurns(
      final TurnWriter writer,
      final Dialect dialect,
      final TurnWriter.Place place,
      final String text) {
    this.writer = writer;
    this.dialect = dialect;
    this.place = place;
    this.text = text;
  }

  static ChatTurns begin(
      final TurnWriter writer, final Dialect dialect, final List<Map<String, Object>> messages) {
    final TurnWriter.Place place = writer.begin(messages);
    return new ChatTurns(writer, dialect, place, place.prompt());
  }

  /** Returns the messages so far. */
  List<Map<String, Object>> messages() {
    return place.messages();
  }

  @Override
  public String text() {
    return text;
  }

  @Override
  public ChatTurns answered(final String turn, final String call, final String result) {
    final List<Said> candidates = candidates(turn, call, result);
    TemplateException refusal = null;
    for (final boolean exactly : new boolean[] {true, false}) {
      for (final Said way : candidates) {
        try {
          final TurnWriter.Said said = new TurnWriter.Said(turn, way.message);
          final TurnWriter.Step step = writer.after(place, said, List.of(way.result), exactly);
          if (step != null) {
            return new ChatTurns(writer, dialect, step.place(), step.delta());
          }
        } catch (final TemplateException e) {
          refusal = refusal == null ? e : refusal;
        }
      }
    }
    throw refusal;
  }

  @Override
  public ChatTurns heard(final String turn, final String end, final String reply) {
    final TurnWriter.Said said =
        new TurnWriter.Said(turn + end, Map.of("role", "assistant", "content", turn));
    final Map<String, Object> answer = Map.of("role", "user", "content", reply);
    final TurnWriter.Step step = writer.after(place, said, List.of(answer), false);
    return new ChatTurns(writer, dialect, step.place(), step.delta());
  }

  /** A turn as a message, and the message of the result that goes with it. */
  private record Said(Map<String, Object> message, Map<String, Object> result) {}

  private List<Said> candidates(final String turn, final String call, final String result) {
    final List<Said> candidates = new ArrayList<>(3);
    final int open = turn.lastIndexOf(dialect.callOpen() + call);
    if (read(call) instanceof Map<?, ?> read
        && read.get("name") instanceof String name
        && read.get("arguments") instanceof Map<?, ?> arguments) {
      final Map<String, Object> made = call(place.messages().size(), name, arguments);
      final Map<String, Object> shown = new LinkedHashMap<>();
      shown.put("role", "tool");
      shown.put("name", name);
      shown.put("tool_call_id", made.get("id"));
      shown.put("content", result);
      final String before = turn.substring(0, Math.max(0, open));
      if (before.endsWith("\n")) {
        candidates.add(new Said(message(before.substring(0, before.length() - 1), made), shown));
      }
      candidates.add(new Said(message(before, made), shown));
    }
    candidates.add(
        new Said(
            Map.of("role", "assistant", "content", turn),
            Map.of("role", "tool", "content", result)));
    return candidates;
  }

  private static Map<String, Object> message(final String content, final Map<String, Object> call) {
    final Map<String, Object> message = new LinkedHashMap<>();
    message.put("role", "assistant");
    message.put("content", content);
    message.put("tool_calls", List.of(call));
    return message;
  }

  /** Some templates insist on identifiers of nine letters or digits. */
  static Map<String, Object> call(final int place, final String name, final Map<?, ?> arguments) {
    final Map<String, Object> function = new LinkedHashMap<>();
    function.put("name", name);
    function.put("arguments", arguments);
    final Map<String, Object> call = new LinkedHashMap<>();
    call.put("id", "call%05d".formatted(place));
    call.put("type", "function");
    call.put("function", function);
    return call;
  }

  private static Object read(final String call) {
    try {
      return ChatValues.json(call);
    } catch (final TemplateException e) {
      return null;
    }
  }
}
