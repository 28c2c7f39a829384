package dev.coppice.bridge.trace;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.util.Arrays;

/**
 * Reads the values of one line and says of a wrong one where it stands and what it should be.
 *
 * <p>Every method reads the value the parser stands at and stays on its last token.
 */
final class LineParser implements AutoCloseable {
  private static final int MAX_DEPTH = 500;
  private static final int MAX_STRING_CHARS = 256 * 1024 * 1024;
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxStringLength(MAX_STRING_CHARS)
                  .build())
          .build();

  private final JsonParser json;
  private int[] ints = new int[256];
  private float[] floats = new float[256];

  LineParser(final byte[] line, final int length) throws IOException {
    this.json = FACTORY.createParser(line, 0, length);
  }

  /** Reads one field of an object. */
  @FunctionalInterface
  interface FieldReader {
    void read(String name) throws IOException;
  }

  /** Reads one element of an array. */
  @FunctionalInterface
  interface ElementReader {
    void read() throws IOException;
  }

  /** Moves to the only value of the line. */
  void start() throws IOException {
    require(json.nextToken() == JsonToken.START_OBJECT, "the line is not a JSON object");
  }

  /** Checks that nothing follows the value. */
  void end() throws IOException {
    require(json.nextToken() == null, "something follows the JSON object");
  }

  void eachField(final FieldReader reader) throws IOException {
    expect(JsonToken.START_OBJECT, "an object");
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      final String name = json.currentName();
      json.nextToken();
      reader.read(name);
    }
  }

  void eachElement(final ElementReader reader) throws IOException {
    expect(JsonToken.START_ARRAY, "an array");
    while (json.nextToken() != JsonToken.END_ARRAY) {
      reader.read();
    }
  }

  void skip() throws IOException {
    json.skipChildren();
  }

  boolean isNull() {
    return json.currentToken() == JsonToken.VALUE_NULL;
  }

  int integer() throws IOException {
    expect(JsonToken.VALUE_NUMBER_INT, "a whole number");
    return json.getIntValue();
  }

  long longInteger() throws IOException {
    expect(JsonToken.VALUE_NUMBER_INT, "a whole number");
    return json.getLongValue();
  }

  /** Reads a number, or NaN where it is null. */
  double realOrNull() throws IOException {
    return isNull() ? Double.NaN : real();
  }

  double real() throws IOException {
    require(json.currentToken().isNumeric(), "must be a number");
    return json.getDoubleValue();
  }

  Boolean booleanOrNull() throws IOException {
    if (isNull()) {
      return null;
    }
    require(json.currentToken().isBoolean(), "must be true, false or null");
    return json.getBooleanValue();
  }

  String text() throws IOException {
    expect(JsonToken.VALUE_STRING, "a string");
    return json.getText();
  }

  String textOrNull() throws IOException {
    return isNull() ? null : text();
  }

  /** Reads any scalar as text, so that an option may be given as a number. */
  String scalar() throws IOException {
    require(json.currentToken().isScalarValue(), "must be a string or a number");
    return json.getText();
  }

  /** Reads any value as JSON text without blanks. */
  String raw() throws IOException {
    return JsonText.read(json);
  }

  int[] ints() throws IOException {
    int count = 0;
    expect(JsonToken.START_ARRAY, "an array");
    while (json.nextToken() != JsonToken.END_ARRAY) {
      if (count == ints.length) {
        ints = Arrays.copyOf(ints, count * 2);
      }
      ints[count++] = integer();
    }
    return Arrays.copyOf(ints, count);
  }

  float[] floats() throws IOException {
    int count = 0;
    expect(JsonToken.START_ARRAY, "an array");
    while (json.nextToken() != JsonToken.END_ARRAY) {
      if (count == floats.length) {
        floats = Arrays.copyOf(floats, count * 2);
      }
      require(json.currentToken().isNumeric(), "must be a number");
      floats[count++] = json.getFloatValue();
    }
    return Arrays.copyOf(floats, count);
  }

  private void expect(final JsonToken token, final String what) throws IOException {
    require(json.currentToken() == token, "must be " + what);
  }

  /** Throws with the place of the value unless something holds. */
  void require(final boolean holds, final String fault) {
    if (!holds) {
      final String place = json.getParsingContext().pathAsPointer().toString();
      throw new IllegalArgumentException(place.isEmpty() ? fault : place + " " + fault);
    }
  }

  @Override
  public void close() throws IOException {
    json.close();
  }
}
