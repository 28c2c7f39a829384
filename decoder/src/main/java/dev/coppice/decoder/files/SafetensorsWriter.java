package dev.coppice.decoder.files;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes f32 or bf16 tensors as one safetensors file, in the order they were added.
 *
 * @thread one at a time.
 * @source the safetensors format, version 0.4.
 */
public final class SafetensorsWriter {
  private record Tensor(String name, float[] values, TensorType type) {}

  private static final ObjectMapper JSON = new ObjectMapper();

  private final ObjectNode header = JSON.createObjectNode();
  private final List<Tensor> tensors = new ArrayList<>();
  private long position;

  /** Begins a file whose metadata says that its tensors follow PyTorch's conventions. */
  public SafetensorsWriter() {
    header.putObject("__metadata__").put("format", "pt");
  }

  /**
   * Adds a tensor; its values are kept, not copied, until {@link #write(Path)}.
   *
   * @param name of the tensor.
   * @param type it is stored as; {@code F32} or {@code BF16}, rounded to nearest even.
   * @param values in row-major order.
   * @param shape outermost dimension first.
   * @return this.
   */
  public SafetensorsWriter add(
      final String name, final TensorType type, final float[] values, final long... shape) {
    long size = 1;
    for (final long dimension : shape) {
      size = Math.multiplyExact(size, dimension);
    }
    if (size != values.length || header.has(name)) {
      throw new IllegalArgumentException(
          "tensor must be new and fit its shape: name=%s values=%d shape=%d"
              .formatted(name, values.length, size));
    }
    if (type == TensorType.F16) {
      throw new IllegalArgumentException("type=F16 is not written");
    }
    final ObjectNode node = header.putObject(name);
    node.put("dtype", type.name());
    for (final long dimension : shape) {
      node.withArray("shape").add(dimension);
    }
    node.putArray("data_offsets").add(position).add(position + size * type.bytes());
    if (shape.length == 0) {
      node.putArray("shape");
    }
    position += size * type.bytes();
    tensors.add(new Tensor(name, values, type));
    return this;
  }

  /**
   * Writes the file; the header is padded so that the data begins at a multiple of 8.
   *
   * @param file to create or replace.
   * @throws IOException if it cannot be written.
   */
  public void write(final Path file) throws IOException {
    final byte[] json = JSON.writeValueAsBytes(header);
    final int padded = (json.length + 7) / 8 * 8;
    final ByteBuffer head = ByteBuffer.allocate(8 + padded).order(ByteOrder.LITTLE_ENDIAN);
    head.putLong(padded).put(json);
    head.put(" ".repeat(padded - json.length).getBytes(StandardCharsets.US_ASCII)).flip();
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      writeFully(channel, head);
      final ByteBuffer buffer = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
      for (final Tensor tensor : tensors) {
        writeTensor(channel, buffer, tensor);
      }
    }
  }

  /**
   * Writes the file aside and then puts it in place of the one that may be there.
   *
   * @param file to create or replace, in one step.
   * @throws IOException if it cannot be written.
   */
  public void replace(final Path file) throws IOException {
    final Path draft = file.resolveSibling(file.getFileName() + ".tmp");
    write(draft);
    Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }

  private static void writeTensor(
      final FileChannel channel, final ByteBuffer buffer, final Tensor tensor) throws IOException {
    for (final float value : tensor.values()) {
      if (buffer.remaining() < 4) {
        writeFully(channel, buffer.flip());
        buffer.clear();
      }
      if (tensor.type() == TensorType.F32) {
        buffer.putFloat(value);
      } else {
        buffer.putShort(TensorType.toBf16(value));
      }
    }
    writeFully(channel, buffer.flip());
    buffer.clear();
  }

  private static void writeFully(final FileChannel channel, final ByteBuffer buffer)
      throws IOException {
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }
}
