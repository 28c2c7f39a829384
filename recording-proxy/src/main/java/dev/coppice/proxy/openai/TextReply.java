package dev.coppice.proxy.openai;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.coppice.proxy.answer.ReplyListener;
import dev.coppice.proxy.answer.ReplyOutput;
import dev.coppice.proxy.talk.ReplyPart;
import dev.coppice.proxy.talk.TalkAsk;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes the answer of {@code /v1/completions}.
 *
 * @thread the one that answers the request.
 */
public final class TextReply implements ReplyListener {
  private final String model;
  private final TalkAsk.Shape shape;
  private final ReplyOutput out;
  private final long createdS;
  private final List<StringBuilder> texts = new ArrayList<>();
  private final List<List<TokenLogprob>> tokens = new ArrayList<>();
  private Head head;

  /**
   * Makes a writer.
   *
   * @param model its name.
   * @param shape of the answer.
   * @param out where it goes.
   * @param createdS the time, in seconds since 1970.
   */
  public TextReply(
      final String model, final TalkAsk.Shape shape, final ReplyOutput out, final long createdS) {
    this.model = model;
    this.shape = shape;
    this.out = out;
    this.createdS = createdS;
  }

  @Override
  public void begun(final Head newHead, final int count) {
    head = newHead;
    for (int i = 0; i < count; i++) {
      texts.add(new StringBuilder());
      tokens.add(new ArrayList<>());
    }
  }

  @Override
  public void token(final int choice, final TokenLogprob token) {
    tokens.get(choice).add(token);
  }

  @Override
  public void part(final int choice, final ReplyPart part) {
    final String text = part instanceof ReplyPart.Text said ? said.text() : "";
    texts.get(choice).append(text);
    if (shape.stream()) {
      chunk(choice, text, null);
    }
  }

  private ObjectNode object() {
    final ObjectNode node = OpenAiJson.JSON.createObjectNode();
    node.put("id", "cmpl-t" + head.firstTurn());
    node.put("object", "text_completion");
    node.put("created", createdS);
    node.put("model", model);
    return node;
  }

  private void choice(
      final ObjectNode entry, final int choice, final String text, final String finish) {
    entry.put("index", choice);
    entry.put("text", text);
    if (shape.logprobs()) {
      final ObjectNode logprobs = entry.putObject("logprobs");
      final ArrayNode names = logprobs.putArray("tokens");
      final ArrayNode values = logprobs.putArray("token_logprobs");
      for (final TokenLogprob token : tokens.get(choice)) {
        names.add(OpenAiJson.visible(token.text()));
        values.add(token.logprob());
      }
      logprobs.putNull("top_logprobs");
      logprobs.putNull("text_offset");
      tokens.get(choice).clear();
    } else {
      entry.putNull("logprobs");
    }
    entry.put("finish_reason", finish);
  }

  private void chunk(final int choice, final String text, final String finish) {
    final ObjectNode chunk = object();
    choice(chunk.putArray("choices").addObject(), choice, text, finish);
    out.event(null, OpenAiJson.text(chunk));
  }

  @Override
  public void finished(final List<Finish> finishes) {
    final ObjectNode answer = object();
    final ArrayNode list = answer.putArray("choices");
    for (int i = 0; i < finishes.size(); i++) {
      if (shape.stream()) {
        chunk(i, "", finishes.get(i).reason());
      } else {
        choice(list.addObject(), i, texts.get(i).toString(), finishes.get(i).reason());
      }
    }
    OpenAiJson.usage(answer.putObject("usage"), head.promptTokens(), finishes);
    if (!shape.stream()) {
      out.send(OpenAiJson.text(answer));
      return;
    }
    if (shape.usage()) {
      out.event(null, OpenAiJson.text(answer));
    }
    out.event(null, "[DONE]");
    out.end();
  }
}
