package dev.coppice.remote.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Finds the {@code data:} lines of server-sent events in bytes that come in any pieces.
 *
 * @thread one at a time.
 */
final class EventLines {
  private static final byte[] FIELD = {'d', 'a', 't', 'a', ':'};

  /** Holds a row of a vocabulary of a quarter million tokens with their log-probabilities. */
  private static final int MOST_BYTES = 64 << 20;

  private final EventSink sink;
  private byte[] line = new byte[1024];
  private int length;
  private int scanned;

  EventLines(final EventSink sink) {
    this.sink = sink;
  }

  /** Takes in the next bytes. */
  void accept(final ByteBuffer bytes) throws IOException {
    final int more = bytes.remaining();
    if (length + more > line.length) {
      if (length + more > MOST_BYTES) {
        throw new IOException("an event is longer than " + MOST_BYTES + " bytes");
      }
      line = Arrays.copyOf(line, Math.max(length + more, Math.min(MOST_BYTES, line.length * 2)));
    }
    bytes.get(line, length, more);
    length += more;
    int begin = 0;
    for (int at = scanned; at < length; at++) {
      if (line[at] == '\n') {
        endLine(begin, at);
        begin = at + 1;
      }
    }
    if (begin > 0) {
      System.arraycopy(line, begin, line, 0, length - begin);
      length -= begin;
    }
    scanned = length;
  }

  private void endLine(final int begin, final int end) throws IOException {
    int to = end;
    if (to > begin && line[to - 1] == '\r') {
      to--;
    }
    if (to - begin < FIELD.length
        || !Arrays.equals(line, begin, begin + FIELD.length, FIELD, 0, FIELD.length)) {
      return; // A comment, another field, or the empty line between two events.
    }
    int from = begin + FIELD.length;
    while (from < to && line[from] == ' ') {
      from++;
    }
    if (from < to) {
      sink.event(line, from, to);
    }
  }
}
