package dev.coppice.remote.protocol;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.coppice.trajectory.SamplingSettings;
import java.io.IOException;
import java.util.Arrays;

/** Speaks SGLang's {@code /generate}. */
public final class SglangGenerate implements ServerDialect {
  private static final int NO_TOP_K = -1;

  /** Made for a server that is SGLang. */
  public SglangGenerate() {}

  @Override
  public String path() {
    return "/generate";
  }

  @Override
  public void write(final ServerRequest request, final JsonGenerator json) throws IOException {
    final SamplingSettings sampling = request.want().terms().sampling();
    final int top = request.want().top();
    json.writeStartObject();
    json.writeStringField("rid", request.id());
    RequestFields.path("input_ids", request.path(), json);
    json.writeStringField("extra_key", request.place().salt());
    json.writeObjectFieldStart("sampling_params");
    json.writeNumberField("max_new_tokens", request.mostTokens());
    RequestFields.sampling(sampling, json);
    json.writeNumberField("top_k", sampling.topK() == 0 ? NO_TOP_K : sampling.topK());
    RequestFields.stopTokens(request.want().terms().stops(), json);
    RequestFields.stopTexts(request.want().terms().stops(), json);
    json.writeEndObject();
    json.writeBooleanField("return_logprob", true);
    json.writeNumberField("logprob_start_len", -1);
    json.writeNumberField(
        "top_logprobs_num", top == ServerRequest.WHOLE_ROW ? request.want().vocabularySize() : top);
    if (!sampling.isUncut()) {
      json.writeBooleanField("return_sampling_mask", true);
    }
    json.writeBooleanField("stream", true);
    json.writeEndObject();
  }

  @Override
  public String lack(final SamplingSettings sampling, final LogprobScale scale) {
    if (sampling.minP() > 0) {
      return "set sampling.min-p = 0: SGLang tells no log-probabilities of that cut";
    }
    final boolean isOwn = sampling.temperature() == 1.0 && sampling.isUncut();
    if (scale == LogprobScale.RAW && !isOwn) {
      return "start sglang without SGLANG_RETURN_ORIGINAL_LOGPROB";
    }
    return sampling.isUncut() || scale == LogprobScale.DRAWN
        ? null
        : "set sampling.top-p = 1 and sampling.top-k = 0, or run a version of sglang that knows"
            + " return_sampling_mask";
  }

  @Override
  public AnswerReader reader(final ServerRequest request, final ServerAnswer answer) {
    return new Reader(
        request.want().top() != 0, !request.want().terms().sampling().isUncut(), answer);
  }

  /**
   * Reads deltas, or a stream whose every event repeats all before it: of that the first and the last
   * are read.
   */
  private static final class Reader extends AnswerReader {
    private final boolean wantsRow;
    private final boolean wantsMask;
    private final TokenBuffer delta = new TokenBuffer();
    private byte[] kept = {};
    private int keptLength;
    private int events;
    private int completionTokens;
    private boolean repeats;
    private boolean hasMaskLogprobs;

    Reader(final boolean wantsRow, final boolean wantsMask, final ServerAnswer answer) {
      super(answer);
      this.wantsRow = wantsRow;
      this.wantsMask = wantsMask;
    }

    @Override
    public void event(final byte[] bytes, final int from, final int to) throws IOException {
      if (repeats && bytes[from] == '{') {
        keptLength = to - from;
        if (keptLength > kept.length) {
          kept = new byte[keptLength * 2];
        }
        System.arraycopy(bytes, from, kept, 0, keptLength);
      } else {
        super.event(bytes, from, to);
      }
    }

    @Override
    public void end() throws IOException {
      if (keptLength > 0) {
        final byte[] last = Arrays.copyOf(kept, keptLength);
        keptLength = 0;
        read(last, 0, last.length);
      }
    }

    @Override
    void field(final String name, final JsonParser json) throws IOException {
      switch (name) {
        case "output_ids" -> delta.readTokens(json);
        case "meta_info" -> {
          if (json.currentToken() == JsonToken.START_OBJECT) {
            while (json.nextToken() == JsonToken.FIELD_NAME) {
              final String field = json.currentName();
              json.nextToken();
              meta(field, json);
            }
          }
        }
        default -> json.skipChildren();
      }
    }

    private void meta(final String name, final JsonParser json) throws IOException {
      switch (name) {
        case "prompt_tokens" -> answer.counted(count(json), ServerAnswer.UNTOLD);
        case "cached_tokens" -> answer.counted(ServerAnswer.UNTOLD, count(json));
        case "completion_tokens" -> {
          completionTokens = count(json);
          answer.generated(completionTokens);
        }
        case "finish_reason" -> finish(json);
        case "weight_versions" -> VersionSpans.read(json, answer);
        case "output_token_logprobs" -> {
          if (hasMaskLogprobs) {
            json.skipChildren();
          } else {
            pairs(json);
          }
        }
        case "output_token_sampling_logprobs" -> masked(json);
        case "output_top_logprobs" -> top(json);
        default -> json.skipChildren();
      }
    }

    private void finish(final JsonParser json) throws IOException {
      if (json.currentToken() != JsonToken.START_OBJECT) {
        return;
      }
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        final boolean isType = json.currentName().equals("type");
        json.nextToken();
        if (isType) {
          answer.finish(Finish.of(json.getText()));
        } else {
          json.skipChildren();
        }
      }
    }

    private void pairs(final JsonParser json) throws IOException {
      if (json.currentToken() != JsonToken.START_ARRAY) {
        return;
      }
      while (json.nextToken() == JsonToken.START_ARRAY) {
        json.nextToken();
        delta.addLogprob(json.getFloatValue());
        toEndOfArray(json);
      }
    }

    private static void toEndOfArray(final JsonParser json) throws IOException {
      while (json.nextToken() != JsonToken.END_ARRAY) {
        json.skipChildren();
      }
    }

    private void masked(final JsonParser json) throws IOException {
      if (!wantsMask || json.currentToken() != JsonToken.START_ARRAY) {
        json.skipChildren();
        return;
      }
      hasMaskLogprobs = true;
      delta.clearLogprobs();
      while (json.nextToken() != JsonToken.END_ARRAY) {
        delta.addLogprob(json.getFloatValue());
      }
    }

    private void top(final JsonParser json) throws IOException {
      if (!wantsRow || answer.rowLength() > 0 || json.currentToken() != JsonToken.START_ARRAY) {
        json.skipChildren();
        return;
      }
      boolean isFirst = true;
      while (json.nextToken() != JsonToken.END_ARRAY) {
        if (isFirst && json.currentToken() == JsonToken.START_ARRAY) {
          while (json.nextToken() == JsonToken.START_ARRAY) {
            json.nextToken();
            final float logprob = json.getFloatValue();
            json.nextToken();
            answer.addRow(json.getIntValue(), logprob);
            toEndOfArray(json);
          }
          isFirst = false;
        } else {
          json.skipChildren();
        }
      }
    }

    @Override
    void endEvent() throws IOException {
      if (answer.failure() != null) {
        return;
      }
      events++;
      if (delta.tokens() == completionTokens) {
        repeats = events > 1;
        answer.restart();
      }
      delta.keepLastLogprobs();
      if (wantsMask && !hasMaskLogprobs && delta.tokens() > 0) {
        throw new IOException("the answer lacks output_token_sampling_logprobs");
      }
      hasMaskLogprobs = false;
      delta.moveTo(answer);
    }
  }
}
