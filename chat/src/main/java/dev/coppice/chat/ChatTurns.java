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
  public ChatTurns answered(final String turn, final List<Made> calls) {
    final List<Said> candidates = candidates(turn, calls);
    TemplateException refusal = null;
    for (final boolean exactly : new boolean[] {true, false}) {
      for (final Said way : candidates) {
        try {
          final TurnWriter.Said said = new TurnWriter.Said(turn, way.message);
          final TurnWriter.Step step = writer.after(place, said, way.results, exactly);
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

  /** A turn as a message, and the messages of the results that go with it. */
  private record Said(Map<String, Object> message, List<Map<String, Object>> results) {}

  private List<Said> candidates(final String turn, final List<Made> calls) {
    final List<Said> candidates = new ArrayList<>(3);
    final boolean sampledEnd = !writer.end().isEmpty() && turn.endsWith(writer.end());
    final String said =
        sampledEnd ? turn.substring(0, turn.length() - writer.end().length()) : turn;
    if (calls.stream().noneMatch(call -> call.tool().isEmpty())) {
      final List<Map<String, Object>> made = new ArrayList<>();
      final List<Map<String, Object>> shown = new ArrayList<>();
      for (final Made call : calls) {
        made.add(call(place.messages().size() + made.size(), call.tool(), call.arguments()));
        final Map<String, Object> result = new LinkedHashMap<>();
        result.put("role", "tool");
        result.put("name", call.tool());
        result.put("tool_call_id", made.getLast().get("id"));
        result.put("content", call.result());
        shown.add(result);
      }
      final String before = before(said, calls.getFirst().text());
      if (before.endsWith("\n")) {
        candidates.add(new Said(message(before.substring(0, before.length() - 1), made), shown));
      }
      candidates.add(new Said(message(before, made), shown));
    }
    candidates.add(
        new Said(
            Map.of("role", "assistant", "content", said),
            calls.stream()
                .map(call -> Map.<String, Object>of("role", "tool", "content", call.result()))
                .toList()));
    return candidates;
  }

  /** What was said before the first call. */
  private String before(final String said, final String firstCall) {
    final String before = said.substring(0, Math.max(0, said.indexOf(firstCall)));
    return before.endsWith(dialect.callOpen())
        ? before.substring(0, before.length() - dialect.callOpen().length())
        : before;
  }

  private static Map<String, Object> message(
      final String content, final List<Map<String, Object>> calls) {
    final Map<String, Object> message = new LinkedHashMap<>();
    message.put("role", "assistant");
    message.put("content", content);
    message.put("tool_calls", calls);
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
}
