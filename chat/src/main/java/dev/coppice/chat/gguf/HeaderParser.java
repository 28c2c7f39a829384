package dev.coppice.chat.gguf;

import dev.coppice.chat.files.ModelFileException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the header of a GGUF file and checks all of it against the file's length.
 *
 * @thread one.
 */
final class HeaderParser {
  private static final int MAGIC = 0x46554747;
  private static final int MOST_KEY_BYTES = 65_535;
  private static final int MOST_TEXT_BYTES = 64 << 20;
  private static final int MOST_NAME_BYTES = 1024;
  private static final int MOST_DIMENSIONS = 4;
  private static final int LEAST_ENTRY_BYTES = 13;
  private static final int LEAST_TENSOR_BYTES = 32;
  private static final long DEFAULT_ALIGNMENT = 32;
  private static final long MOST_ALIGNMENT = 1 << 16;

  private final Path file;
  private final HeaderCursor cursor;
  private final long fileBytes;

  HeaderParser(final Path file, final MemorySegment all) {
    this.file = file;
    cursor = new HeaderCursor(file, all);
    fileBytes = all.byteSize();
  }

  /**
   * Holds what a header says.
   *
   * @param metadata of the file.
   * @param tensors by name, in the order of the file.
   * @param dataBegin where the data begin.
   */
  record Header(GgufMetadata metadata, Map<String, GgufTensor> tensors, long dataBegin) {}

  Header parse() {
    checkVersion();
    final int tensorCount = cursor.count("the number of tensors", LEAST_TENSOR_BYTES);
    final int entries = cursor.count("the number of metadata entries", LEAST_ENTRY_BYTES);
    final GgufMetadata metadata = metadata(entries);
    refuseParts(metadata);
    final long alignment = alignment(metadata);
    final Map<String, GgufTensor> tensors = new LinkedHashMap<>();
    for (int i = 0; i < tensorCount; i++) {
      final GgufTensor tensor = tensor(alignment);
      if (tensors.put(tensor.name(), tensor) != null) {
        throw new ModelFileException(file, "tensor " + tensor.name() + " is there twice");
      }
    }
    final long begin = aligned(cursor.position(), alignment);
    checkLayout(tensors, alignment, fileBytes - begin);
    return new Header(metadata, Collections.unmodifiableMap(tensors), begin);
  }

  private void checkVersion() {
    if (cursor.left() < 4 || cursor.int32("the magic") != MAGIC) {
      throw new ModelFileException(
          file,
          "is no GGUF file: it does not begin with GGUF; a model is a .gguf file or a folder with"
              + " config.json");
    }
    final int version = cursor.int32("the version");
    if (version != 2 && version != 3) {
      final boolean turned = Integer.reverseBytes(version) > 0 && (version & 0xffff) == 0;
      throw new ModelFileException(
          file,
          turned
              ? "is a big-endian GGUF file; only little-endian ones are read"
              : "GGUF version " + Integer.toUnsignedString(version) + " is not read; 2 and 3 are");
    }
  }

  private GgufMetadata metadata(final int entries) {
    final Map<String, Object> values = new LinkedHashMap<>();
    for (int i = 0; i < entries; i++) {
      final String key = cursor.text("the name of metadata entry " + i, MOST_KEY_BYTES);
      if (values.put(key, value(key, cursor.int32("the type of " + key))) != null) {
        throw new ModelFileException(file, "metadata " + key + " is there twice");
      }
    }
    return new GgufMetadata(file, values);
  }

  private Object value(final String key, final int type) {
    return switch (type) {
      case 0 -> (long) (cursor.int8(key) & 0xff);
      case 1 -> (long) cursor.int8(key);
      case 2 -> (long) (cursor.int16(key) & 0xffff);
      case 3 -> (long) cursor.int16(key);
      case 4 -> cursor.int32(key) & 0xffff_ffffL;
      case 5 -> (long) cursor.int32(key);
      case 6 -> (double) Float.intBitsToFloat(cursor.int32(key));
      case 7 -> flag(key);
      case 8 -> cursor.text(key, MOST_TEXT_BYTES);
      case 9 -> list(key);
      case 10, 11 -> cursor.int64(key);
      case 12 -> Double.longBitsToDouble(cursor.int64(key));
      default ->
          throw cursor.defect(
              "metadata "
                  + key
                  + " has type "
                  + Integer.toUnsignedString(type)
                  + ", there is none");
    };
  }

  private Boolean flag(final String key) {
    final byte value = cursor.int8(key);
    if (value != 0 && value != 1) {
      throw cursor.defect("metadata " + key + " is neither true nor false: " + value);
    }
    return value == 1;
  }

  private Object list(final String key) {
    final int type = cursor.int32("the type of " + key);
    final int bytes =
        switch (type) {
          case 0, 1, 7 -> 1;
          case 2, 3 -> 2;
          case 4, 5, 6 -> 4;
          case 8, 10, 11, 12 -> 8;
          default ->
              throw cursor.defect(
                  "metadata %s is a list of type %s, which is not read"
                      .formatted(key, Integer.toUnsignedString(type)));
        };
    final int count = cursor.count("the number of values of " + key, bytes);
    if (type == 8 || type == 7) {
      final List<Object> values = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        values.add(value(key, type));
      }
      return values;
    }
    if (type == 6 || type == 12) {
      final double[] values = new double[count];
      for (int i = 0; i < count; i++) {
        values[i] = (Double) value(key, type);
      }
      return values;
    }
    final long[] values = new long[count];
    for (int i = 0; i < count; i++) {
      values[i] = (Long) value(key, type);
    }
    return values;
  }

  private void refuseParts(final GgufMetadata metadata) {
    final long parts = metadata.whole("split.count", 1);
    if (parts > 1) {
      throw new ModelFileException(
          file,
          "is one of "
              + parts
              + " parts of a model; join them to one file first (llama-gguf-split --merge)");
    }
  }

  private long alignment(final GgufMetadata metadata) {
    final long alignment = metadata.whole("general.alignment", DEFAULT_ALIGNMENT);
    if (alignment < 1 || alignment > MOST_ALIGNMENT || Long.bitCount(alignment) != 1) {
      throw new ModelFileException(
          file,
          "general.alignment " + alignment + " is not a power of two up to " + MOST_ALIGNMENT);
    }
    return alignment;
  }

  private static long aligned(final long position, final long alignment) {
    return (position + alignment - 1) & -alignment;
  }

  private GgufTensor tensor(final long alignment) {
    final String name = cursor.text("the name of a tensor", MOST_NAME_BYTES);
    final int dimensions = cursor.int32("the dimensions of tensor " + name);
    if (dimensions < 1 || dimensions > MOST_DIMENSIONS) {
      throw cursor.defect(
          "tensor %s has %s dimensions, at most %d are read"
              .formatted(name, Integer.toUnsignedString(dimensions), MOST_DIMENSIONS));
    }
    final long[] shape = new long[dimensions];
    for (int i = dimensions - 1; i >= 0; i--) {
      shape[i] = cursor.int64("the shape of tensor " + name);
    }
    final long id = cursor.int32("the type of tensor " + name) & 0xffff_ffffL;
    final GgufType type = GgufType.of(id);
    if (type == null) {
      throw new ModelFileException(
          file,
          "tensor %s is of type %s, which is not read; read are %s"
              .formatted(name, GgufType.nameOf(id), GgufType.known()));
    }
    final long begin = cursor.int64("the place of tensor " + name);
    if (begin < 0 || begin % alignment != 0) {
      throw cursor.defect(
          "tensor %s begins at byte %s of the data, no multiple of the alignment %d"
              .formatted(name, Long.toUnsignedString(begin), alignment));
    }
    return new GgufTensor(
        name, type, Arrays.stream(shape).boxed().toList(), begin, bytes(name, type, shape));
  }

  private long bytes(final String name, final GgufType type, final long[] shape) {
    final long columns = shape[shape.length - 1];
    long bytes = columns / type.blockSize();
    try {
      bytes = Math.multiplyExact(bytes, type.blockBytes());
      for (int i = 0; i < shape.length - 1; i++) {
        bytes = Math.multiplyExact(bytes, shape[i]);
      }
    } catch (ArithmeticException e) {
      bytes = -1;
    }
    if (Arrays.stream(shape).anyMatch(size -> size < 1) || bytes < 1 || bytes > fileBytes) {
      throw new ModelFileException(
          file,
          "tensor %s: shape %s of %s is not one this file of %d bytes can hold"
              .formatted(name, Arrays.toString(shape), type, fileBytes));
    }
    if (columns % type.blockSize() != 0) {
      throw new ModelFileException(
          file,
          "tensor %s: rows of %d numbers are not whole blocks of %s, which have %d"
              .formatted(name, columns, type, type.blockSize()));
    }
    return bytes;
  }

  private void checkLayout(
      final Map<String, GgufTensor> tensors, final long alignment, final long dataBytes) {
    final List<GgufTensor> sorted = new ArrayList<>(tensors.values());
    sorted.sort(Comparator.comparingLong(GgufTensor::begin));
    long position = 0;
    String previous = "the header";
    for (final GgufTensor tensor : sorted) {
      if (tensor.begin() > dataBytes - tensor.bytes()) {
        throw new ModelFileException(
            file,
            "truncated: tensor %s has %d bytes from byte %d of the data, the file holds %d"
                .formatted(tensor.name(), tensor.bytes(), tensor.begin(), Math.max(0, dataBytes)));
      }
      if (tensor.begin() != position) {
        throw new ModelFileException(
            file,
            "tensor %s begins at byte %d, %s %s, behind which is byte %d"
                .formatted(
                    tensor.name(),
                    tensor.begin(),
                    tensor.begin() < position ? "overlapping" : "leaving a gap behind",
                    previous,
                    position));
      }
      position = aligned(tensor.begin() + tensor.bytes(), alignment);
      previous = tensor.name();
    }
  }
}
