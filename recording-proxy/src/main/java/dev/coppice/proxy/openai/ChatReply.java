package dev.coppice.proxy.openai;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.coppice.proxy.answer.ReplyListener;
import dev.coppice.proxy.answer.ReplyOutput;
import dev.coppice.proxy.talk.ReplyPart;
import dev.coppice.proxy.talk.TalkAsk;
import dev.coppice.proxy.talk.ToolUse;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes the answer of {@code /v1/chat/completions}.
 *
 * <p>A stream has a chunk with the role, chunks of text, two chunks for every call - its name, its
 * arguments -, a chunk with the reason of the end, and the usage if it was asked for.
 *
 * @thread the one that answers the request.
 */
public final class ChatReply implements ReplyListener {
  private static final String CONTENT = "content";
  private static final String CHOICES = "choices";

  private final String model;
  private final TalkAsk.Shape shape;
  private final ReplyOutput out;
  private final long createdS;
  private final List<Choice> choices = new ArrayList<>();
  private Head head;

  /**
   * Makes a writer.
   *
   * @param model its name.
   * @param shape of the answer.
   * @param out where it goes.
   * @param createdS the time, in seconds since 1970.
   */
  public ChatReply(
      final String model, final TalkAsk.Shape shape, final ReplyOutput out, final long createdS) {
    this.model = model;
    this.shape = shape;
    this.out = out;
    this.createdS = createdS;
  }

  /** Holds what was told of a choice. */
  private static final class Choice {
    final StringBuilder text = new StringBuilder();
    final List<ToolUse> calls = new ArrayList<>();
    final List<TokenLogprob> tokens = new ArrayList<>();
  }

  @Override
  public void begun(final Head newHead, final int count) {
    head = newHead;
    for (int i = 0; i < count; i++) {
      choices.add(new Choice());
      if (shape.stream()) {
        final ObjectNode delta = OpenAiJson.JSON.createObjectNode();
        delta.put("role", "assistant");
        delta.put(CONTENT, "");
        chunk(i, delta, null);
      }
    }
  }

  @Override
  public void token(final int choice, final TokenLogprob token) {
    choices.get(choice).tokens.add(token);
  }

  @Override
  public void part(final int choice, final ReplyPart part) {
    final Choice told = choices.get(choice);
    switch (part) {
      case ReplyPart.Text text -> {
        told.text.append(text.text());
        if (shape.stream()) {
          final ObjectNode delta = OpenAiJson.JSON.createObjectNode();
          delta.put(CONTENT, text.text());
          chunk(choice, delta, null);
        }
      }
      case ReplyPart.Call call -> {
        told.calls.add(call.use());
        if (shape.stream()) {
          callChunks(choice, told.calls.size() - 1, call.use());
        }
      }
    }
  }

  private void callChunks(final int choice, final int index, final ToolUse use) {
    final ObjectNode first = OpenAiJson.JSON.createObjectNode();
    final ObjectNode entry = first.putArray("tool_calls").addObject();
    entry.put("index", index);
    call(entry, use).put("arguments", "");
    chunk(choice, first, null);
    final ObjectNode second = OpenAiJson.JSON.createObjectNode();
    final ObjectNode rest = second.putArray("tool_calls").addObject();
    rest.put("index", index);
    rest.putObject("function").put("arguments", use.arguments());
    chunk(choice, second, null);
  }

  private static ObjectNode call(final ObjectNode entry, final ToolUse use) {
    entry.put("id", use.id());
    entry.put("type", "function");
    final ObjectNode function = entry.putObject("function");
    function.put("name", use.name());
    return function;
  }

  private ObjectNode object(final String kind) {
    final ObjectNode node = OpenAiJson.JSON.createObjectNode();
    node.put("id", "chatcmpl-t" + head.firstTurn());
    node.put("object", kind);
    node.put("created", createdS);
    node.put("model", model);
    return node;
  }

  private void chunk(final int choice, final ObjectNode delta, final String finish) {
    final ObjectNode chunk = object("chat.completion.chunk");
    final ObjectNode entry = chunk.putArray(CHOICES).addObject();
    entry.put("index", choice);
    entry.set("delta", delta);
    logprobs(entry, choices.get(choice));
    choices.get(choice).tokens.clear();
    entry.put("finish_reason", finish);
    if (shape.usage()) {
      chunk.putNull("usage");
    }
    out.event(null, OpenAiJson.text(chunk));
  }

  private void logprobs(final ObjectNode entry, final Choice choice) {
    if (shape.logprobs() && !choice.tokens.isEmpty()) {
      final ObjectNode logprobs = entry.putObject("logprobs");
      OpenAiJson.logprobs(logprobs.putArray(CONTENT), choice.tokens);
      logprobs.putNull("refusal");
    } else {
      entry.putNull("logprobs");
    }
  }

  @Override
  public void finished(final List<Finish> finishes) {
    if (!shape.stream()) {
      out.send(OpenAiJson.text(whole(finishes)));
      return;
    }
    for (int i = 0; i < finishes.size(); i++) {
      chunk(i, OpenAiJson.JSON.createObjectNode(), finishes.get(i).reason());
    }
    if (shape.usage()) {
      final ObjectNode last = object("chat.completion.chunk");
      last.putArray(CHOICES);
      OpenAiJson.usage(last.putObject("usage"), head.promptTokens(), finishes);
      out.event(null, OpenAiJson.text(last));
    }
    out.event(null, "[DONE]");
    out.end();
  }

  private ObjectNode whole(final List<Finish> finishes) {
    final ObjectNode answer = object("chat.completion");
    final ArrayNode list = answer.putArray(CHOICES);
    for (int i = 0; i < finishes.size(); i++) {
      final Choice choice = choices.get(i);
      final ObjectNode entry = list.addObject();
      entry.put("index", i);
      final ObjectNode message = entry.putObject("message");
      message.put("role", "assistant");
      final boolean silent = choice.text.isEmpty() && !choice.calls.isEmpty();
      message.put(CONTENT, silent ? null : choice.text.toString());
      message.putNull("refusal");
      if (!choice.calls.isEmpty()) {
        final ArrayNode calls = message.putArray("tool_calls");
        choice.calls.forEach(use -> call(calls.addObject(), use).put("arguments", use.arguments()));
      }
      logprobs(entry, choice);
      entry.put("finish_reason", finishes.get(i).reason());
    }
    OpenAiJson.usage(answer.putObject("usage"), head.promptTokens(), finishes);
    return answer;
  }
}
