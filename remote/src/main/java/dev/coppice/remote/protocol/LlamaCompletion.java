package dev.coppice.remote.protocol;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.coppice.trajectory.SamplingSettings;
import java.io.IOException;
import java.util.List;

/** Speaks llama-server's {@code /completion}. */
public final class LlamaCompletion implements ServerDialect {
  /** Made for a server that is llama-server. */
  public LlamaCompletion() {}

  @Override
  public String path() {
    return "/completion";
  }

  @Override
  public void write(final ServerRequest request, final JsonGenerator json) throws IOException {
    final SamplingSettings sampling = request.want().terms().sampling();
    final int top = request.want().top();
    json.writeStartObject();
    RequestFields.path("prompt", request.path(), json);
    json.writeNumberField("n_predict", request.mostTokens());
    samplers(sampling, json);
    json.writeNumberField("temperature", sampling.temperature());
    json.writeNumberField("top_k", sampling.topK());
    json.writeNumberField("top_p", sampling.topP());
    json.writeNumberField("min_p", sampling.minP());
    json.writeNumberField("repeat_penalty", 1.0);
    json.writeNumberField("seed", request.seed() & 0x7fffffffL);
    json.writeNumberField(
        "n_probs",
        top == ServerRequest.WHOLE_ROW ? request.want().vocabularySize() : Math.max(1, top));
    json.writeBooleanField("post_sampling_probs", true);
    json.writeBooleanField("return_tokens", true);
    json.writeBooleanField("cache_prompt", true);
    if (hasOtherEnds(request)) {
      json.writeBooleanField("timings_per_token", true);
    }
    if (request.place().slot() >= 0) {
      json.writeNumberField("id_slot", request.place().slot());
    }
    RequestFields.stopTexts(request.want().terms().stops(), json);
    json.writeBooleanField("stream", true);
    json.writeEndObject();
  }

  /** All of them and in order: the server has filters and an order of its own. */
  private static void samplers(final SamplingSettings sampling, final JsonGenerator json)
      throws IOException {
    json.writeArrayFieldStart("samplers");
    json.writeString("temperature");
    if (sampling.topK() > 0) {
      json.writeString("top_k");
    }
    if (sampling.topP() < 1) {
      json.writeString("top_p");
    }
    if (sampling.minP() > 0) {
      json.writeString("min_p");
    }
    json.writeEndArray();
  }

  /** The server knows the end of a sequence, and no other token that ends one. */
  private static boolean hasOtherEnds(final ServerRequest request) {
    return request.want().terms().stops().endTokens().size() > 1;
  }

  @Override
  public String lack(final SamplingSettings sampling, final LogprobScale scale) {
    return scale == LogprobScale.DRAWN
        ? null
        : "run a llama-server that knows post_sampling_probs: this one answered without";
  }

  @Override
  public AnswerReader reader(final ServerRequest request, final ServerAnswer answer) {
    return new Reader(
        request.want().top() != 0, request.want().terms().stops().endTokens(), answer);
  }

  /** Reads one event a token; the last one has the totals, and there is no end mark after it. */
  private static final class Reader extends AnswerReader {
    private final boolean wantsRow;
    private final int[] ends;
    private final TokenBuffer delta = new TokenBuffer();
    private boolean stopped;

    Reader(final boolean wantsRow, final List<Integer> ends, final ServerAnswer answer) {
      super(answer);
      this.wantsRow = wantsRow;
      this.ends = ends.stream().mapToInt(Integer::intValue).toArray();
    }

    @Override
    void field(final String name, final JsonParser json) throws IOException {
      switch (name) {
        case "tokens" -> delta.readTokens(json);
        case "completion_probabilities" -> probabilities(json);
        case "stop" -> stopped = json.currentToken() == JsonToken.VALUE_TRUE;
        case "stop_type" -> answer.finish(Finish.of(json.getText()));
        case "tokens_predicted" -> answer.generated(count(json));
        case "timings" -> timings(json);
        default -> json.skipChildren();
      }
    }

    private void timings(final JsonParser json) throws IOException {
      int cached = ServerAnswer.UNTOLD;
      int computed = ServerAnswer.UNTOLD;
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        final String name = json.currentName();
        json.nextToken();
        switch (name) {
          case "cache_n" -> cached = count(json);
          case "prompt_n" -> computed = count(json);
          default -> json.skipChildren();
        }
      }
      if (cached >= 0 && computed >= 0) {
        answer.counted(cached + computed, cached);
      }
    }

    private void probabilities(final JsonParser json) throws IOException {
      if (json.currentToken() != JsonToken.START_ARRAY) {
        return;
      }
      while (json.nextToken() == JsonToken.START_OBJECT) {
        while (json.nextToken() == JsonToken.FIELD_NAME) {
          final String name = json.currentName();
          json.nextToken();
          switch (name) {
            case "prob" -> delta.addLogprob((float) Math.log(json.getDoubleValue()));
            case "top_probs" -> top(json);
            default -> json.skipChildren();
          }
        }
      }
    }

    private void top(final JsonParser json) throws IOException {
      if (!wantsRow || answer.length() > 0 || json.currentToken() != JsonToken.START_ARRAY) {
        json.skipChildren();
        return;
      }
      while (json.nextToken() == JsonToken.START_OBJECT) {
        int token = 0;
        double probability = 0;
        while (json.nextToken() == JsonToken.FIELD_NAME) {
          final String name = json.currentName();
          json.nextToken();
          switch (name) {
            case "id" -> token = json.getIntValue();
            case "prob" -> probability = json.getDoubleValue();
            default -> json.skipChildren();
          }
        }
        answer.addRow(token, (float) Math.log(probability));
      }
    }

    /** The first is the server's own: it ends there by itself. */
    private boolean isUnknownEnd(final int token) {
      for (int i = 1; i < ends.length; i++) {
        if (ends[i] == token) {
          return true;
        }
      }
      return false;
    }

    @Override
    void endEvent() throws IOException {
      if (answer.failure() != null) {
        return;
      }
      if (stopped) {
        answer.ended();
      }
      final int before = answer.length();
      delta.moveTo(answer);
      for (int i = before; i < answer.length(); i++) {
        if (isUnknownEnd(answer.token(i))) {
          answer.cut(i + 1);
          answer.finish(Finish.STOP);
          answer.ended();
          throw new IOException("cut at an end the server does not know");
        }
      }
    }
  }
}
