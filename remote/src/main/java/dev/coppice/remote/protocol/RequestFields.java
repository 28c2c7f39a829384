package dev.coppice.remote.protocol;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.coppice.model.Work;
import dev.coppice.trajectory.SamplingSettings;
import java.io.IOException;

/** Writes the fields that several dialects have in common. */
final class RequestFields {
  private RequestFields() {}

  /** Writes what every draw is asked with: everything is said, since servers have defaults of their own. */
  static void sampling(final SamplingSettings sampling, final JsonGenerator json)
      throws IOException {
    json.writeNumberField("temperature", sampling.temperature());
    json.writeNumberField("top_p", sampling.topP());
    json.writeNumberField("min_p", sampling.minP());
    json.writeNumberField("repetition_penalty", 1.0);
  }

  static void stopTokens(final Work.Stops stops, final JsonGenerator json) throws IOException {
    if (!stops.endTokens().isEmpty()) {
      json.writeArrayFieldStart("stop_token_ids");
      for (final int token : stops.endTokens()) {
        json.writeNumber(token);
      }
      json.writeEndArray();
    }
  }

  static void stopTexts(final Work.Stops stops, final JsonGenerator json) throws IOException {
    if (!stops.texts().isEmpty()) {
      json.writeArrayFieldStart("stop");
      for (final String text : stops.texts()) {
        json.writeString(text);
      }
      json.writeEndArray();
    }
  }

  static void path(final String name, final int[] path, final JsonGenerator json)
      throws IOException {
    json.writeFieldName(name);
    json.writeArray(path, 0, path.length);
  }
}
