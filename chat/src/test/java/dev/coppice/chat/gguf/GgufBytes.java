package dev.coppice.chat.gguf;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Writes GGUF files, right and wrong ones, byte by byte. */
final class GgufBytes {
  private final ByteArrayOutputStream metadata = new ByteArrayOutputStream();
  private final ByteArrayOutputStream tensors = new ByteArrayOutputStream();
  private final ByteArrayOutputStream data = new ByteArrayOutputStream();
  private int entries;
  private int tensorCount;

  private static void int32(final ByteArrayOutputStream out, final int value) {
    out.writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
  }

  private static void int64(final ByteArrayOutputStream out, final long value) {
    out.writeBytes(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array());
  }

  private static void text(final ByteArrayOutputStream out, final String text) {
    final byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int64(out, bytes.length);
    out.writeBytes(bytes);
  }

  private void key(final String key, final int type) {
    text(metadata, key);
    int32(metadata, type);
    entries++;
  }

  GgufBytes put(final String key, final String value) {
    key(key, 8);
    text(metadata, value);
    return this;
  }

  GgufBytes put(final String key, final int value) {
    key(key, 4);
    int32(metadata, value);
    return this;
  }

  GgufBytes put(final String key, final float value) {
    key(key, 6);
    int32(metadata, Float.floatToIntBits(value));
    return this;
  }

  GgufBytes put(final String key, final boolean value) {
    key(key, 7);
    metadata.write(value ? 1 : 0);
    return this;
  }

  GgufBytes texts(final String key, final List<String> values) {
    key(key, 9);
    int32(metadata, 8);
    int64(metadata, values.size());
    values.forEach(value -> text(metadata, value));
    return this;
  }

  GgufBytes wholes(final String key, final int... values) {
    key(key, 9);
    int32(metadata, 5);
    int64(metadata, values.length);
    for (final int value : values) {
      int32(metadata, value);
    }
    return this;
  }

  /** Writes a value of any type as the bytes given. */
  GgufBytes raw(final String key, final int type, final byte... bytes) {
    key(key, type);
    metadata.writeBytes(bytes);
    return this;
  }

  /** Adds a tensor behind the last; its shape innermost first, as in the file. */
  GgufBytes tensor(final String name, final int type, final int bytes, final long... shape) {
    tensorAt(name, type, data.size(), shape);
    data.writeBytes(new byte[(bytes + 31) / 32 * 32]);
    return this;
  }

  /** Adds a tensor at a place of the data, without any data. */
  GgufBytes tensorAt(final String name, final int type, final long begin, final long... shape) {
    text(tensors, name);
    int32(tensors, shape.length);
    for (final long dimension : shape) {
      int64(tensors, dimension);
    }
    int32(tensors, type);
    int64(tensors, begin);
    tensorCount++;
    return this;
  }

  byte[] bytes() {
    return bytes(3, tensorCount, entries);
  }

  byte[] bytes(final int version, final long saidTensors, final long saidEntries) {
    final ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes("GGUF".getBytes(StandardCharsets.US_ASCII));
    int32(all, version);
    int64(all, saidTensors);
    int64(all, saidEntries);
    all.writeBytes(metadata.toByteArray());
    all.writeBytes(tensors.toByteArray());
    while (all.size() % 32 != 0) {
      all.write(0);
    }
    all.writeBytes(data.toByteArray());
    return all.toByteArray();
  }
}
