package dev.coppice.bridge.trace;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;

/** Moves JSON values that belong to others through a line without changing a digit of them. */
final class JsonText {
  private static final JsonFactory FACTORY = new JsonFactory();

  private JsonText() {}

  /** Returns whether a text is exactly one JSON value. */
  static boolean isJson(final String text) {
    try (JsonParser parser = FACTORY.createParser(text)) {
      if (parser.nextToken() == null) {
        return false;
      }
      parser.skipChildren();
      return parser.nextToken() == null;
    } catch (final IOException e) {
      return false;
    }
  }

  /** Writes a JSON value without its blanks and line feeds. */
  static void copy(final String text, final JsonGenerator out) throws IOException {
    try (JsonParser parser = FACTORY.createParser(text)) {
      parser.nextToken();
      copy(parser, out);
    }
  }

  /** Reads the value a parser stands at as text without blanks. */
  static String read(final JsonParser in) throws IOException {
    final StringWriter text = new StringWriter();
    try (JsonGenerator out = FACTORY.createGenerator(text)) {
      copy(in, out);
    }
    return text.toString();
  }

  private static void copy(final JsonParser in, final JsonGenerator out) throws IOException {
    int depth = 0;
    JsonToken token = in.currentToken();
    while (true) {
      switch (token) {
        case START_OBJECT -> out.writeStartObject();
        case START_ARRAY -> out.writeStartArray();
        case END_OBJECT -> out.writeEndObject();
        case END_ARRAY -> out.writeEndArray();
        case FIELD_NAME -> out.writeFieldName(in.currentName());
        case VALUE_STRING -> out.writeString(in.getText());
        case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> out.writeNumber(in.getText());
        default -> out.writeRawValue(in.getText());
      }
      depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
      if (depth == 0) {
        return;
      }
      token = in.nextToken();
    }
  }
}
