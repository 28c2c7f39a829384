package dev.coppice.chat;

import dev.coppice.chat.value.TemplateException;
import dev.coppice.inference.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Grows one conversation token by token: what was sampled stays as its ids, and only what is new is
 * rendered.
 *
 * <pre>
 *   prompt | sampled | delta | sampled | delta ...
 *   delta = what the template writes behind the sampled turn, up to the next turn of the model
 * </pre>
 *
 * <p>The delta is the difference between the conversation rendered with the new messages and without
 * them. A template that writes earlier turns otherwise once there are later ones - some drop what
 * was thought - has no such delta, and is refused by name.
 *
 * @thread one at a time.
 */
public final class ChatSession {
  private static final int SHOWN = 40;

  private final ChatTemplate template;
  private final Tokenizer tokenizer;
  private final ChatRequest form;
  private final String end;
  private final List<Map<String, Object>> messages;
  private String prompt;
  private String sampled = "";
  private boolean answered;
  private int[] tokens;

  private ChatSession(
      final ChatTemplate template, final Tokenizer tokenizer, final ChatRequest request) {
    this.template = template;
    this.tokenizer = tokenizer;
    form = request;
    end = tokenizer.endToken() < 0 ? "" : tokenizer.decode(new int[] {tokenizer.endToken()});
    messages = new ArrayList<>(request.messages());
    prompt = template.render(request);
    tokens = tokenizer.encode(prompt);
  }

  /**
   * Begins a conversation.
   *
   * @param template of the model.
   * @param tokenizer of the model.
   * @param request whose text ends where the model answers.
   * @return the session, its tokens being those of the prompt.
   * @throws TemplateException if the template refuses the request.
   */
  public static ChatSession start(
      final ChatTemplate template, final Tokenizer tokenizer, final ChatRequest request) {
    if (!request.addGenerationPrompt()) {
      throw new IllegalArgumentException(
          "a session begins where the model answers: addGenerationPrompt=false");
    }
    return new ChatSession(template, tokenizer, request);
  }

  /**
   * Returns all tokens so far.
   *
   * @return a copy.
   */
  public int[] tokens() {
    return tokens.clone();
  }

  /**
   * Takes the turn the model sampled; its tokens are kept as they are.
   *
   * @param ids sampled, the end token included if it was sampled.
   * @param message the tokens stand for, as the template reads it.
   */
  public void sampled(final int[] ids, final Map<String, Object> message) {
    if (answered) {
      throw new IllegalStateException("the model answered already; add messages first");
    }
    sampled = tokenizer.decode(ids);
    append(ids);
    messages.add(message);
    answered = true;
  }

  /**
   * Adds what came back, up to the place where the model answers again.
   *
   * @param added messages: results of tools, or a user's.
   * @return the new tokens alone.
   * @throws TemplateException if the template is not prefix-preserving here, or refuses them.
   */
  public int[] add(final List<Map<String, Object>> added) {
    if (!answered) {
      throw new IllegalStateException("the model has not answered yet");
    }
    final String before = template.render(form.with(messages, false));
    final List<Map<String, Object>> all = new ArrayList<>(messages);
    all.addAll(added);
    final String after = template.render(form.with(all, true));
    if (!after.startsWith(before)) {
      throw rewritten(before, after);
    }
    final int[] delta = tokenizer.encode(closing(before) + after.substring(before.length()));
    append(delta);
    messages.addAll(added);
    prompt = after;
    answered = false;
    return delta;
  }

  /** Finds what the template writes behind the sampled turn. */
  private String closing(final String before) {
    if (before.startsWith(prompt + sampled)) {
      return before.substring(prompt.length() + sampled.length());
    }
    // The template writes the turn otherwise than it was sampled: the sampled tokens stay, and only
    // what stands behind the turn's end is taken over.
    final int at = end.isEmpty() ? -1 : before.lastIndexOf(end);
    if (at < 0) {
      throw new TemplateException(
          "the template is not prefix-preserving: it writes the sampled turn otherwise, and no end"
              + " token shows where it ends");
    }
    return before.substring(sampled.endsWith(end) ? at + end.length() : at);
  }

  private static TemplateException rewritten(final String before, final String after) {
    final int at = Arrays.mismatch(before.toCharArray(), after.toCharArray());
    return new TemplateException(
        "the template is not prefix-preserving: with the new messages it writes '%s' where it wrote '%s' (letter %d)"
            .formatted(shown(after, at), shown(before, at), at));
  }

  private static String shown(final String text, final int at) {
    return text.substring(at, Math.min(text.length(), at + SHOWN)).replace("\n", "\\n");
  }

  private void append(final int[] more) {
    final int old = tokens.length;
    tokens = Arrays.copyOf(tokens, old + more.length);
    System.arraycopy(more, 0, tokens, old, more.length);
  }
}
