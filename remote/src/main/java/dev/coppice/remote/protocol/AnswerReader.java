package dev.coppice.remote.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.async.ByteArrayFeeder;
import dev.coppice.remote.http.EventSink;
import java.io.IOException;

/**
 * Reads the events of one answer: one parser for all of them, so that a token leaves no garbage worth
 * mentioning.
 *
 * @thread one at a time.
 */
public abstract class AnswerReader implements EventSink {
  private static final JsonFactory JSON = new JsonFactory();
  private static final byte[] DONE = {'[', 'D', 'O', 'N', 'E', ']'};

  /** The answer that is filled. */
  protected final ServerAnswer answer;

  private final JsonParser parser;
  private final ByteArrayFeeder feeder;

  AnswerReader(final ServerAnswer answer) {
    this.answer = answer;
    try {
      parser = JSON.createNonBlockingByteArrayParser();
    } catch (final IOException e) {
      throw new IllegalStateException("a parser in memory reads no file", e);
    }
    feeder = (ByteArrayFeeder) parser.getNonBlockingInputFeeder();
  }

  @Override
  public void event(final byte[] bytes, final int from, final int to) throws IOException {
    if (bytes[from] == '[' && to - from == DONE.length) {
      answer.ended();
    } else {
      read(bytes, from, to);
    }
  }

  /** Reads one object, field by field. */
  final void read(final byte[] bytes, final int from, final int to) throws IOException {
    feeder.feedInput(bytes, from, to);
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw new IOException("an event is no JSON object");
    }
    readFields(parser);
  }

  private void readFields(final JsonParser json) throws IOException {
    JsonToken token = json.nextToken();
    while (token == JsonToken.FIELD_NAME) {
      final String name = json.currentName();
      json.nextToken();
      if (name.equals("error")) {
        readError(json);
      } else {
        field(name, json);
      }
      token = json.nextToken();
    }
    if (token != JsonToken.END_OBJECT) {
      throw new IOException("an event ends within its object");
    }
    endEvent();
  }

  private void readError(final JsonParser json) throws IOException {
    String message = json.currentToken() == JsonToken.VALUE_STRING ? json.getText() : "";
    if (json.currentToken() == JsonToken.START_OBJECT) {
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        final boolean isMessage = json.currentName().equals("message");
        json.nextToken();
        if (isMessage) {
          message = json.getText();
        } else {
          json.skipChildren();
        }
      }
    }
    if (json.currentToken() != JsonToken.VALUE_NULL) {
      answer.error(message.isEmpty() ? "the server says that it failed" : message);
    }
  }

  /**
   * Reads the value of a field of an event, or skips it.
   *
   * @param name of the field.
   * @param json at the first token of its value; to be left at the last.
   * @throws IOException if it is not what it should be.
   */
  abstract void field(String name, JsonParser json) throws IOException;

  /** Ends an event, after its last field. */
  void endEvent() throws IOException {}

  /**
   * Ends the answer: what was only kept so far is read now.
   *
   * @throws IOException if it cannot be read.
   */
  public void end() throws IOException {}

  /** Reads the count of a field, 0 where it is null. */
  static int count(final JsonParser json) throws IOException {
    return json.currentToken() == JsonToken.VALUE_NULL ? ServerAnswer.UNTOLD : json.getIntValue();
  }
}
