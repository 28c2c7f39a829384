package dev.coppice.eventlog;

import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Puts and gets the parts of an event one after the other; the primitives of an event.
 *
 * @thread one at a time.
 */
public final class EventBytes {
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

  private final MutableDirectBuffer buffer;
  private int position;

  /** Starts an empty, growing buffer. */
  public EventBytes() {
    this.buffer = new ExpandableArrayBuffer(4096);
  }

  /**
   * Reads bytes that are there.
   *
   * @param bytes of one event.
   */
  public EventBytes(final byte[] bytes) {
    this.buffer = new UnsafeBuffer(bytes);
  }

  void rewind() {
    position = 0;
  }

  /**
   * Returns what the bytes are in.
   *
   * @return the buffer, from its start.
   */
  public DirectBuffer buffer() {
    return buffer;
  }

  /**
   * Returns how many bytes were put.
   *
   * @return the length in bytes.
   */
  public int length() {
    return position;
  }

  /** Returns whether every byte of an event that is read has been read. */
  boolean isAtEnd() {
    return position >= buffer.capacity();
  }

  void putByte(final int value) {
    buffer.putByte(position, (byte) value);
    position += Byte.BYTES;
  }

  void putInt(final int value) {
    buffer.putInt(position, value, ORDER);
    position += Integer.BYTES;
  }

  void putLong(final long value) {
    buffer.putLong(position, value, ORDER);
    position += Long.BYTES;
  }

  void putFloat(final float value) {
    buffer.putFloat(position, value, ORDER);
    position += Float.BYTES;
  }

  void putDouble(final double value) {
    buffer.putDouble(position, value, ORDER);
    position += Double.BYTES;
  }

  void putString(final String value) {
    if (value == null) {
      putInt(-1);
      return;
    }
    final byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    putInt(bytes.length);
    buffer.putBytes(position, bytes);
    position += bytes.length;
  }

  void putTokens(final int[] tokens) {
    putInt(tokens.length);
    for (final int token : tokens) {
      putInt(token);
    }
  }

  int getByte() {
    final int value = buffer.getByte(position);
    position += Byte.BYTES;
    return value;
  }

  int getInt() {
    final int value = buffer.getInt(position, ORDER);
    position += Integer.BYTES;
    return value;
  }

  long getLong() {
    final long value = buffer.getLong(position, ORDER);
    position += Long.BYTES;
    return value;
  }

  float getFloat() {
    final float value = buffer.getFloat(position, ORDER);
    position += Float.BYTES;
    return value;
  }

  double getDouble() {
    final double value = buffer.getDouble(position, ORDER);
    position += Double.BYTES;
    return value;
  }

  String getString() {
    final int length = getInt();
    if (length < 0) {
      return null;
    }
    final byte[] bytes = new byte[length];
    buffer.getBytes(position, bytes);
    position += length;
    return new String(bytes, StandardCharsets.UTF_8);
  }

  int[] getTokens() {
    final int[] tokens = new int[getInt()];
    for (int i = 0; i < tokens.length; i++) {
      tokens[i] = getInt();
    }
    return tokens;
  }
}
