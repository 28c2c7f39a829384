package dev.coppice.proxy.openai;

import com.fasterxml.jackson.databind.JsonNode;
import dev.coppice.proxy.answer.AskDefaults;
import dev.coppice.proxy.answer.Fields;
import dev.coppice.proxy.answer.TextAsk;
import dev.coppice.proxy.talk.RefusedException;
import dev.coppice.proxy.talk.TalkAsk;
import java.util.List;
import java.util.Set;

/**
 * Reads the body of {@code /v1/completions}.
 *
 * @thread any; stateless.
 */
public final class TextBody {
  private static final Set<String> KNOWN =
      Set.of(
          "model",
          "prompt",
          "temperature",
          "top_p",
          "top_k",
          "min_p",
          "seed",
          "n",
          "best_of",
          "max_tokens",
          "stop",
          "stream",
          "stream_options",
          "logprobs",
          "echo",
          "suffix",
          "frequency_penalty",
          "presence_penalty",
          "logit_bias",
          "user");

  private static final int USUAL_TOKENS = 16;

  private TextBody() {}

  /**
   * Reads a request.
   *
   * @param body of it.
   * @param defaults of what it does not say.
   * @return the request; one prompt, a text or a list of tokens.
   * @throws RefusedException naming the field that is wrong or not supported.
   */
  public static TextAsk read(final JsonNode body, final AskDefaults defaults) {
    final Fields fields = new Fields(body);
    fields.requireKnown(KNOWN, "completions");
    ChatBody.requireNothingElse(fields);
    fields.requireNeutral("echo", "false");
    fields.requireNeutral("suffix", "\"\"");
    fields.requireNeutral("logprobs", "0");
    final long choices = fields.whole("n", 1, AskDefaults.MOST_CHOICES).orElse(1);
    if (fields.whole("best_of", 1, AskDefaults.MOST_CHOICES).orElse(choices) != choices) {
      throw RefusedException.field("best_of", "not supported but as n; leave it out");
    }
    final int most =
        fields.has("max_tokens")
            ? defaults.mostTokens(fields, "max_tokens")
            : Math.min(USUAL_TOKENS, defaults.mostTokens());
    final TalkAsk talk =
        new TalkAsk(
            List.of(),
            TalkAsk.Tools.NONE,
            defaults.sampling(fields),
            new TalkAsk.Limits(most, fields.stops("stop")),
            (int) choices,
            new TalkAsk.Shape(
                fields.flag("stream", false), fields.has("logprobs"), ChatBody.usage(fields)));
    return prompt(body.path("prompt"), talk);
  }

  private static TextAsk prompt(final JsonNode prompt, final TalkAsk talk) {
    final JsonNode one =
        prompt.isArray() && prompt.size() == 1 && !prompt.get(0).isNumber()
            ? prompt.get(0)
            : prompt;
    if (one.isTextual()) {
      return new TextAsk(one.asText(), null, talk);
    }
    if (!one.isArray() || one.isEmpty()) {
      throw RefusedException.field("prompt", "it must be a text or a list of tokens");
    }
    final int[] tokens = new int[one.size()];
    for (int i = 0; i < tokens.length; i++) {
      if (!one.get(i).isInt()) {
        throw RefusedException.field(
            "prompt", "one prompt a request: a text or a list of tokens; send several requests");
      }
      tokens[i] = one.get(i).asInt();
    }
    return new TextAsk(null, tokens, talk);
  }
}
