package dev.coppice.chat;

import dev.coppice.chat.value.TemplateException;
import dev.coppice.model.Tokenizer;
import java.time.LocalDateTime;
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
  private final TurnWriter writer;
  private final Tokenizer tokenizer;
  private TurnWriter.Place place;
  private TurnWriter.Said said;
  private int[] tokens;

  private ChatSession(
      final ChatTemplate template, final Tokenizer tokenizer, final ChatRequest request) {
    this.tokenizer = tokenizer;
    writer = new TurnWriter(template, request, endText(tokenizer), LocalDateTime::now);
    place = writer.begin(request.messages());
    tokens = tokenizer.encode(place.prompt());
  }

  static String endText(final Tokenizer tokenizer) {
    final int end = tokenizer.endToken();
    return end < 0 ? "" : tokenizer.decode(new int[] {end});
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
    if (said != null) {
      throw new IllegalStateException("the model answered already; add messages first");
    }
    said = new TurnWriter.Said(tokenizer.decode(ids), message);
    append(ids);
  }

  /**
   * Adds what came back, up to the place where the model answers again.
   *
   * @param added messages: results of tools, or a user's.
   * @return the new tokens alone.
   * @throws TemplateException if the template is not prefix-preserving here, or refuses them.
   */
  public int[] add(final List<Map<String, Object>> added) {
    if (said == null) {
      throw new IllegalStateException("the model has not answered yet");
    }
    final TurnWriter.Step step = writer.after(place, said, added, false);
    final int[] delta = tokenizer.encode(step.delta());
    append(delta);
    place = step.place();
    said = null;
    return delta;
  }

  private void append(final int[] more) {
    final int old = tokens.length;
    tokens = Arrays.copyOf(tokens, old + more.length);
    System.arraycopy(more, 0, tokens, old, more.length);
  }
}
