package dev.coppice.chat;

import dev.coppice.chat.value.TemplateException;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Finds what a template writes behind a turn that was sampled: the conversation rendered with the
 * new messages minus the one rendered without them.
 *
 * @param template of the model.
 * @param request whose tools and options every rendering uses.
 * @param end the text of the token that ends a turn, or empty.
 * @param now the time a template may write.
 */
public record TurnWriter(
    ChatTemplate template, ChatRequest request, String end, Supplier<LocalDateTime> now) {
  private static final int SHOWN = 40;

  /**
   * Stands where the model speaks.
   *
   * @param messages so far.
   * @param prompt their rendering.
   */
  public record Place(List<Map<String, Object>> messages, String prompt) {}

  /**
   * Holds what the model said.
   *
   * @param sampled text.
   * @param message it stands for.
   */
  public record Said(String sampled, Map<String, Object> message) {}

  /**
   * Goes on behind a turn.
   *
   * @param place the model speaks at next.
   * @param delta the text between the turn and there.
   */
  public record Step(Place place, String delta) {}

  /**
   * Begins a conversation.
   *
   * @param messages in order.
   * @return the place the model speaks at first.
   */
  public Place begin(final List<Map<String, Object>> messages) {
    return new Place(List.copyOf(messages), render(messages, true));
  }

  /**
   * Goes on behind a turn.
   *
   * @param place the turn was sampled at.
   * @param said there.
   * @param added messages.
   * @param exactly whether the template must write the turn as it was sampled.
   * @return the step, or null if the template writes the turn otherwise and may not.
   * @throws TemplateException if the template is not prefix-preserving here, or refuses.
   */
  public Step after(
      final Place place,
      final Said said,
      final List<Map<String, Object>> added,
      final boolean exactly) {
    final List<Map<String, Object>> all = new ArrayList<>(place.messages());
    all.add(said.message());
    final String before = render(all, false);
    final boolean alike = before.startsWith(place.prompt() + said.sampled());
    if (exactly && !alike) {
      return null;
    }
    final String closing =
        alike
            ? before.substring(place.prompt().length() + said.sampled().length())
            : afterEnd(place, said, before);
    all.addAll(added);
    final String after = render(all, true);
    if (!after.startsWith(before)) {
      throw rewritten(before, after);
    }
    return new Step(new Place(List.copyOf(all), after), closing + after.substring(before.length()));
  }

  /**
   * Finds the end of a turn that the template writes otherwise than it was sampled: the sampled
   * tokens stay, and only what follows the end of the turn is used.
   */
  private String afterEnd(final Place place, final Said said, final String before) {
    final String earlier = render(place.messages(), false);
    if (!before.startsWith(earlier)) {
      throw rewritten(earlier, before);
    }
    final int at = end.isEmpty() ? -1 : before.lastIndexOf(end);
    if (at < earlier.length()) {
      throw new TemplateException(
          "the template is not prefix-preserving: it writes the sampled turn otherwise, and no end"
              + " token shows where it ends");
    }
    return before.substring(said.sampled().endsWith(end) ? at + end.length() : at);
  }

  private String render(final List<Map<String, Object>> messages, final boolean generation) {
    return template.render(request.with(messages, generation), now);
  }

  private static TemplateException rewritten(final String before, final String after) {
    final int at = Arrays.mismatch(before.toCharArray(), after.toCharArray());
    return new TemplateException(
        "the template is not prefix-preserving: with the new messages it writes '%s' where it wrote '%s' (character %d)"
            .formatted(shown(after, at), shown(before, at), at));
  }

  private static String shown(final String text, final int at) {
    return text.substring(at, Math.min(text.length(), at + SHOWN)).replace("\n", "\\n");
  }
}
