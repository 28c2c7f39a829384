package dev.coppice.remote.protocol;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;

/** Reads the {@code usage} of an answer in OpenAI's form. */
final class VllmUsage {
  private VllmUsage() {}

  static void read(final JsonParser json, final ServerAnswer answer) throws IOException {
    if (json.currentToken() != JsonToken.START_OBJECT) {
      return;
    }
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      final String name = json.currentName();
      json.nextToken();
      switch (name) {
        case "prompt_tokens" -> answer.counted(AnswerReader.count(json), ServerAnswer.UNTOLD);
        case "completion_tokens" -> answer.generated(AnswerReader.count(json));
        case "prompt_tokens_details" -> details(json, answer);
        default -> json.skipChildren();
      }
    }
  }

  private static void details(final JsonParser json, final ServerAnswer answer) throws IOException {
    if (json.currentToken() != JsonToken.START_OBJECT) {
      return;
    }
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      final boolean isCached = json.currentName().equals("cached_tokens");
      json.nextToken();
      if (isCached) {
        answer.counted(ServerAnswer.UNTOLD, AnswerReader.count(json));
      } else {
        json.skipChildren();
      }
    }
  }
}
