package dev.coppice.chat.gguf;

import dev.coppice.chat.files.ModelFileException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Walks through the header of a file and never steps, or allocates, beyond its end.
 *
 * @thread one.
 */
final class HeaderCursor {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Path file;
  private final MemorySegment all;
  private final CharsetDecoder utf8 = StandardCharsets.UTF_8.newDecoder();
  private long at;

  HeaderCursor(final Path file, final MemorySegment all) {
    this.file = file;
    this.all = all;
  }

  long position() {
    return at;
  }

  long left() {
    return all.byteSize() - at;
  }

  ModelFileException defect(final String what) {
    return new ModelFileException(file, what + " (at byte " + at + ")");
  }

  private long step(final long bytes, final String what) {
    if (bytes > left()) {
      throw defect(
          "truncated: %s needs %d bytes, the file has %d left".formatted(what, bytes, left()));
    }
    final long before = at;
    at += bytes;
    return before;
  }

  byte int8(final String what) {
    return all.get(ValueLayout.JAVA_BYTE, step(1, what));
  }

  short int16(final String what) {
    return all.get(SHORT, step(2, what));
  }

  int int32(final String what) {
    return all.get(INT, step(4, what));
  }

  long int64(final String what) {
    return all.get(LONG, step(8, what));
  }

  /** Reads a count of things, of which each takes some bytes of the file. */
  int count(final String what, final int bytesEach) {
    final long count = int64(what);
    if (count < 0 || count > left() / bytesEach || count > Integer.MAX_VALUE - 16) {
      throw defect(
          "%s is %s, the %d bytes left cannot hold as many"
              .formatted(what, Long.toUnsignedString(count), left()));
    }
    return (int) count;
  }

  /** Reads a length and as many bytes of UTF-8. */
  String text(final String what, final int mostBytes) {
    final int length = count("the length of " + what, 1);
    if (length > mostBytes) {
      throw defect(what + " has " + length + " bytes, at most " + mostBytes + " are read");
    }
    final byte[] bytes = new byte[length];
    MemorySegment.copy(all, ValueLayout.JAVA_BYTE, step(length, what), bytes, 0, length);
    try {
      return utf8.decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw defect(what + " is not UTF-8");
    }
  }
}
