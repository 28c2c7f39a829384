package dev.coppice.djl.training.export;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Writes f32 tensors in the safetensors format.
 *
 * <pre>
 *   0               8                  8 + N
 *   +---------------+------------------+----------------------------------+
 *   | N, u64 little | JSON header, pad | f32 little-endian, in the order  |
 *   | endian        | with spaces      | they were added, without gaps    |
 *   +---------------+------------------+----------------------------------+
 * </pre>
 *
 * @thread one thread
 */
final class SafetensorsWriter {
  /** Data begin at a multiple of this, so that a mapped file is aligned. */
  private static final int ALIGNMENT_BYTES = 8;

  private final Map<String, Tensor> tensors = new LinkedHashMap<>();

  private record Tensor(long[] shape, float[] values) {}

  /** Adds a tensor in row-major order. */
  void add(String name, float[] values, long... shape) {
    long cells = 1;
    for (long size : shape) {
      cells *= size;
    }
    if (cells != values.length) {
      throw new IllegalArgumentException(
          "shape does not fit: name=" + name + " cells=" + cells + " values=" + values.length);
    }
    if (tensors.put(name, new Tensor(shape, values)) != null) {
      throw new IllegalArgumentException("added twice: name=" + name);
    }
  }

  /** Writes the file at once: a reader sees the old one or the new one, never half of it. */
  void write(Path file) throws IOException {
    byte[] header = header();
    int bytes = 0;
    for (Tensor tensor : tensors.values()) {
      bytes = Math.addExact(bytes, Math.multiplyExact(Float.BYTES, tensor.values().length));
    }
    ByteBuffer buffer =
        ByteBuffer.allocate(Long.BYTES + header.length + bytes).order(ByteOrder.LITTLE_ENDIAN);
    buffer.putLong(header.length).put(header);
    for (Tensor tensor : tensors.values()) {
      buffer.asFloatBuffer().put(tensor.values());
      buffer.position(buffer.position() + Float.BYTES * tensor.values().length);
    }
    Path draft = file.resolveSibling(file.getFileName() + ".tmp");
    Files.write(draft, buffer.array());
    Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }

  private byte[] header() throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode root = mapper.createObjectNode();
    root.putObject("__metadata__").put("format", "pt");
    long offset = 0;
    for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
      ObjectNode node = root.putObject(entry.getKey()).put("dtype", "F32");
      for (long size : entry.getValue().shape()) {
        node.withArray("shape").add(size);
      }
      long end = offset + (long) Float.BYTES * entry.getValue().values().length;
      node.putArray("data_offsets").add(offset).add(end);
      offset = end;
    }
    StringBuilder text = new StringBuilder(mapper.writeValueAsString(root));
    while (text.length() % ALIGNMENT_BYTES != 0) {
      text.append(' ');
    }
    return text.toString().getBytes(StandardCharsets.US_ASCII);
  }
}
