package dev.coppice.remote.protocol;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;

/** Reads which weights sampled which tokens: {@code [{"version":"w1","start":0,"end":8}]}. */
final class VersionSpans {
  private VersionSpans() {}

  static void read(final JsonParser json, final ServerAnswer answer) throws IOException {
    if (json.currentToken() != JsonToken.START_ARRAY) {
      return;
    }
    answer.versions().clear(); // Every event tells all of them.
    while (json.nextToken() == JsonToken.START_OBJECT) {
      String label = "";
      int start = 0;
      int end = 0;
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        final String name = json.currentName();
        json.nextToken();
        switch (name) {
          case "version" -> label = json.getText();
          case "start" -> start = json.getIntValue();
          case "end" -> end = json.getIntValue();
          default -> json.skipChildren();
        }
      }
      answer.version(label, start, end);
    }
  }
}
