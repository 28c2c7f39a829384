package dev.coppice.remote.protocol;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.coppice.trajectory.SamplingSettings;
import java.io.IOException;

/** Speaks vLLM's {@code /v1/completions} with token ids: for servers without the newer endpoint. */
public final class VllmCompletions implements ServerDialect {
  private static final String ID = "token_id:";

  /** Made where a server lacks {@link VllmGenerate}. */
  public VllmCompletions() {}

  @Override
  public String path() {
    return "/v1/completions";
  }

  @Override
  public void write(final ServerRequest request, final JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeStringField("model", request.place().model());
    json.writeStringField("request_id", request.id());
    RequestFields.path("prompt", request.path(), json);
    json.writeStringField("cache_salt", request.place().salt());
    json.writeNumberField("max_tokens", request.mostTokens());
    final SamplingSettings sampling = request.want().terms().sampling();
    RequestFields.sampling(sampling, json);
    json.writeNumberField("top_k", sampling.topK());
    json.writeNumberField("seed", request.seed());
    json.writeNumberField("logprobs", request.want().top());
    json.writeBooleanField("return_token_ids", true);
    json.writeBooleanField("return_tokens_as_token_ids", true);
    RequestFields.stopTokens(request.want().terms().stops(), json);
    RequestFields.stopTexts(request.want().terms().stops(), json);
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

  /** Reads deltas: the ids of an event stand beside its log-probabilities. */
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
        final String name = json.currentName();
        json.nextToken();
        if (name.equals("token_logprobs") && json.currentToken() == JsonToken.START_ARRAY) {
          while (json.nextToken() != JsonToken.END_ARRAY) {
            delta.addLogprob(json.getFloatValue());
          }
        } else if (name.equals("top_logprobs") && json.currentToken() == JsonToken.START_ARRAY) {
          top(json);
        } else {
          json.skipChildren();
        }
      }
    }

    private void top(final JsonParser json) throws IOException {
      boolean isFirst = wantsRow && answer.length() == 0;
      while (json.nextToken() != JsonToken.END_ARRAY) {
        if (!isFirst || json.currentToken() != JsonToken.START_OBJECT) {
          json.skipChildren();
          continue;
        }
        isFirst = false;
        while (json.nextToken() == JsonToken.FIELD_NAME) {
          final String name = json.currentName();
          json.nextToken();
          if (!name.startsWith(ID)) {
            throw new IOException("a token has no id: token=" + name);
          }
          answer.addRow(
              Integer.parseInt(name, ID.length(), name.length(), 10), json.getFloatValue());
        }
      }
    }
  }
}
