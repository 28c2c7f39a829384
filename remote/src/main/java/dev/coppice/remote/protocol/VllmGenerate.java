package dev.coppice.remote.protocol;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.coppice.trajectory.SamplingSettings;
import java.io.IOException;

/** Speaks vLLM's {@code /inference/v1/generate}: token ids both ways. */
public final class VllmGenerate implements ServerDialect {
  /** Made where a server is known to speak it. */
  public VllmGenerate() {}

  @Override
  public String path() {
    return "/inference/v1/generate";
  }

  @Override
  public void write(final ServerRequest request, final JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeStringField("model", request.place().model());
    json.writeStringField("request_id", request.id());
    RequestFields.path("token_ids", request.path(), json);
    json.writeStringField("cache_salt", request.place().salt());
    json.writeObjectFieldStart("sampling_params");
    json.writeNumberField("max_tokens", request.mostTokens());
    final SamplingSettings sampling = request.want().terms().sampling();
    RequestFields.sampling(sampling, json);
    json.writeNumberField("top_k", sampling.topK());
    json.writeNumberField("seed", request.seed());
    json.writeNumberField("logprobs", request.want().top());
    RequestFields.stopTokens(request.want().terms().stops(), json);
    RequestFields.stopTexts(request.want().terms().stops(), json);
    json.writeNumberField("n", 1);
    json.writeEndObject();
    json.writeBooleanField("stream", true);
    json.writeObjectFieldStart("stream_options");
    json.writeBooleanField("include_usage", true);
    json.writeEndObject();
    json.writeEndObject();
  }

  @Override
  public String lack(final SamplingSettings sampling, final LogprobScale scale) {
    return VllmLogprobs.lack(sampling, scale);
  }

  @Override
  public AnswerReader reader(final ServerRequest request, final ServerAnswer answer) {
    return new Reader(request.want().top() != 0, answer);
  }

  /** Reads deltas: some tokens an event. */
  private static final class Reader extends AnswerReader {
    private final boolean wantsRow;
    private final TokenBuffer delta = new TokenBuffer();

    Reader(final boolean wantsRow, final ServerAnswer answer) {
      super(answer);
      this.wantsRow = wantsRow;
    }

    @Override
    void field(final String name, final JsonParser json) throws IOException {
      switch (name) {
        case "choices" -> choices(json);
        case "usage" -> VllmUsage.read(json, answer);
        default -> json.skipChildren();
      }
    }

    private void choices(final JsonParser json) throws IOException {
      while (json.nextToken() == JsonToken.START_OBJECT) {
        while (json.nextToken() == JsonToken.FIELD_NAME) {
          final String name = json.currentName();
          json.nextToken();
          choice(name, json);
        }
        delta.moveTo(answer);
      }
    }

    private void choice(final String name, final JsonParser json) throws IOException {
      switch (name) {
        case "token_ids" -> delta.readTokens(json);
        case "logprobs" -> logprobs(json);
        case "finish_reason" -> {
          if (json.currentToken() == JsonToken.VALUE_STRING) {
            answer.finish(Finish.of(json.getText()));
          }
        }
        case "weight_versions" -> VersionSpans.read(json, answer);
        default -> json.skipChildren();
      }
    }

    private void logprobs(final JsonParser json) throws IOException {
      if (json.currentToken() != JsonToken.START_OBJECT) {
        return;
      }
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        final boolean isContent = json.currentName().equals("content");
        json.nextToken();
        if (isContent && json.currentToken() == JsonToken.START_ARRAY) {
          while (json.nextToken() == JsonToken.START_OBJECT) {
            position(json);
          }
        } else {
          json.skipChildren();
        }
      }
    }

    private void position(final JsonParser json) throws IOException {
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        final String name = json.currentName();
        json.nextToken();
        switch (name) {
          case "logprob" -> delta.addLogprob(json.getFloatValue());
          case "top_logprobs" -> top(json);
          default -> json.skipChildren();
        }
      }
    }

    private void top(final JsonParser json) throws IOException {
      final boolean isDone = answer.length() > 0 || answer.rowLength() > 0;
      if (!wantsRow || isDone || json.currentToken() != JsonToken.START_ARRAY) {
        json.skipChildren();
        return;
      }
      while (json.nextToken() == JsonToken.START_OBJECT) {
        int token = 0;
        float logprob = 0;
        while (json.nextToken() == JsonToken.FIELD_NAME) {
          final String name = json.currentName();
          json.nextToken();
          switch (name) {
            case "token_id" -> token = json.getIntValue();
            case "logprob" -> logprob = json.getFloatValue();
            default -> json.skipChildren();
          }
        }
        answer.addRow(token, logprob);
      }
    }
  }
}
