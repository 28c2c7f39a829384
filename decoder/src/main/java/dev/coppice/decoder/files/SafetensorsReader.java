package dev.coppice.decoder.files;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.coppice.chat.files.ModelFileException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Reads a safetensors file that was checked as a whole before any number is handed out.
 *
 * <pre>
 *   u64 little endian: N | N bytes of JSON: name -> dtype, shape, data_offsets | data
 * </pre>
 *
 * <p>The tensors must cover the data exactly: no gap, no overlap, nothing behind the last.
 *
 * @thread one at a time; {@link #close()} unmaps the file.
 * @source the safetensors format, version 0.4.
 */
public final class SafetensorsReader implements AutoCloseable {
  private static final long MAX_HEADER_BYTES = 100L << 20;
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

  private final Path file;
  private final Arena arena;
  private final MemorySegment data;
  private final Map<String, TensorInfo> tensors;

  private SafetensorsReader(
      final Path file,
      final Arena arena,
      final MemorySegment data,
      final Map<String, TensorInfo> tensors) {
    this.file = file;
    this.arena = arena;
    this.data = data;
    this.tensors = tensors;
  }

  /**
   * Maps a file and checks its header against its length.
   *
   * @param file to read.
   * @return a reader whose every tensor lies inside the file.
   * @throws ModelFileException if the file is missing, truncated or inconsistent.
   */
  public static SafetensorsReader open(final Path file) {
    final Arena arena = Arena.ofShared();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      final MemorySegment all =
          channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      final long header = headerBytes(file, all);
      final Map<String, TensorInfo> tensors =
          parse(file, all.asSlice(8, header).toArray(ValueLayout.JAVA_BYTE));
      final MemorySegment data = all.asSlice(8 + header);
      checkLayout(file, tensors, data.byteSize());
      return new SafetensorsReader(file, arena, data, tensors);
    } catch (NoSuchFileException e) {
      arena.close();
      throw new ModelFileException(file, "there is no such file", e);
    } catch (IOException e) {
      arena.close();
      throw new ModelFileException(file, "cannot be read: " + e.getMessage(), e);
    } catch (RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  private static long headerBytes(final Path file, final MemorySegment all) {
    if (all.byteSize() < 8) {
      throw new ModelFileException(
          file, "truncated: " + all.byteSize() + " bytes hold no header length");
    }
    final long length =
        all.get(ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), 0);
    if (length < 2 || length > MAX_HEADER_BYTES) {
      throw new ModelFileException(
          file,
          "header length " + Long.toUnsignedString(length) + " is not one of a safetensors file");
    }
    if (length > all.byteSize() - 8) {
      throw new ModelFileException(
          file,
          "truncated: the header says " + length + " bytes, the file holds " + all.byteSize());
    }
    return length;
  }

  private static Map<String, TensorInfo> parse(final Path file, final byte[] header) {
    final JsonNode root;
    try {
      root = JSON.readTree(header);
    } catch (JsonProcessingException e) {
      throw new ModelFileException(file, "the header is not JSON: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new ModelFileException(file, "the header cannot be read", e);
    }
    if (root == null || !root.isObject()) {
      throw new ModelFileException(file, "the header is not a JSON object");
    }
    final Map<String, TensorInfo> tensors = new TreeMap<>();
    for (final Map.Entry<String, JsonNode> entry : root.properties()) {
      if (!entry.getKey().equals("__metadata__")) {
        tensors.put(entry.getKey(), tensor(file, entry.getKey(), entry.getValue()));
      }
    }
    return tensors;
  }

  private static TensorInfo tensor(final Path file, final String name, final JsonNode node) {
    final TensorType type = type(file, name, node.path("dtype").asText(""));
    final long[] shape = longs(file, name, "shape", node.path("shape"));
    final long[] offsets = longs(file, name, "data_offsets", node.path("data_offsets"));
    if (offsets.length != 2 || offsets[0] > offsets[1]) {
      throw new ModelFileException(
          file, "tensor " + name + ": data_offsets " + Arrays.toString(offsets) + " are no range");
    }
    long size = type.bytes();
    try {
      for (final long dimension : shape) {
        size = Math.multiplyExact(size, dimension);
      }
    } catch (ArithmeticException e) {
      throw new ModelFileException(
          file, "tensor " + name + ": shape " + Arrays.toString(shape) + " is too large", e);
    }
    if (size != offsets[1] - offsets[0]) {
      throw new ModelFileException(
          file,
          "tensor %s: shape %s of %s needs %d bytes, data_offsets give %d"
              .formatted(name, Arrays.toString(shape), type, size, offsets[1] - offsets[0]));
    }
    return new TensorInfo(name, type, shape, offsets[0], offsets[1]);
  }

  private static TensorType type(final Path file, final String name, final String text) {
    for (final TensorType type : TensorType.values()) {
      if (type.name().equals(text)) {
        return type;
      }
    }
    throw new ModelFileException(
        file, "tensor " + name + ": dtype '" + text + "' is no type of safetensors");
  }

  private static long[] longs(
      final Path file, final String name, final String key, final JsonNode node) {
    final long[] values = new long[node.size()];
    boolean good = node.isArray();
    for (int i = 0; good && i < values.length; i++) {
      good = node.get(i).isIntegralNumber() && node.get(i).canConvertToLong();
      values[i] = node.get(i).asLong();
      good &= values[i] >= 0;
    }
    if (!good) {
      throw new ModelFileException(
          file, "tensor " + name + ": " + key + " is not a list of whole numbers: " + node);
    }
    return values;
  }

  private static void checkLayout(
      final Path file, final Map<String, TensorInfo> tensors, final long dataBytes) {
    final List<TensorInfo> sorted = new ArrayList<>(tensors.values());
    sorted.sort(Comparator.comparingLong(TensorInfo::begin).thenComparingLong(TensorInfo::end));
    long position = 0;
    String previous = "the header";
    for (final TensorInfo tensor : sorted) {
      if (tensor.end() > dataBytes) {
        throw new ModelFileException(
            file,
            "truncated: tensor %s ends at byte %d of the data, the file holds %d"
                .formatted(tensor.name(), tensor.end(), dataBytes));
      }
      if (tensor.begin() != position) {
        throw new ModelFileException(
            file,
            "tensor %s begins at byte %d, %s %s, which ends at %d"
                .formatted(
                    tensor.name(),
                    tensor.begin(),
                    tensor.begin() < position ? "overlapping" : "leaving a gap behind",
                    previous,
                    position));
      }
      position = tensor.end();
      previous = tensor.name();
    }
    if (position != dataBytes) {
      throw new ModelFileException(
          file, (dataBytes - position) + " bytes lie behind the last tensor, " + previous);
    }
  }

  /**
   * Returns the names of all tensors.
   *
   * @return the names, sorted.
   */
  public Set<String> names() {
    return Collections.unmodifiableSet(tensors.keySet());
  }

  /**
   * Returns the shape of a tensor.
   *
   * @param name of the tensor.
   * @return its dimensions, outermost first.
   */
  public long[] shape(final String name) {
    return info(name).shape().clone();
  }

  /**
   * Returns the type of a tensor.
   *
   * @param name of the tensor.
   * @return how its numbers are stored.
   */
  public TensorType type(final String name) {
    return info(name).type();
  }

  /**
   * Reads a tensor as f32.
   *
   * @param name of the tensor.
   * @param target to fill from its start, in native byte order.
   */
  public void read(final String name, final MemorySegment target) {
    final TensorInfo info = info(name);
    if (!info.type().isWeight()) {
      throw new ModelFileException(
          file,
          "tensor " + name + ": dtype '" + info.type() + "' is not F32, F16 or BF16; convert it");
    }
    final MemorySegment source = data.asSlice(info.begin(), info.end() - info.begin());
    if (info.type() == TensorType.F32 && ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN) {
      MemorySegment.copy(source, 0, target, 0, source.byteSize());
      return;
    }
    final long size = info.size();
    for (long i = 0; i < size; i++) {
      target.set(ValueLayout.JAVA_FLOAT_UNALIGNED, i * 4, info.type().read(source, i));
    }
  }

  private TensorInfo info(final String name) {
    final TensorInfo info = tensors.get(name);
    if (info == null) {
      throw new ModelFileException(file, "tensor " + name + " is missing");
    }
    return info;
  }

  /** Unmaps the file. */
  @Override
  public void close() {
    arena.close();
  }
}
