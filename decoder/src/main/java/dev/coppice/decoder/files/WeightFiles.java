package dev.coppice.decoder.files;

import com.fasterxml.jackson.databind.JsonNode;
import dev.coppice.chat.files.JsonFiles;
import dev.coppice.chat.files.ModelFileException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds the tensors of a model folder, in {@code model.safetensors} or in the shards of an index.
 *
 * <p>Only safetensors are read, never pickles.
 *
 * @thread one at a time.
 */
public final class WeightFiles implements AutoCloseable {
  private static final String SINGLE = "model.safetensors";
  private static final String INDEX = "model.safetensors.index.json";

  private final Path folder;
  private final List<SafetensorsReader> shards = new ArrayList<>();
  private final Map<String, SafetensorsReader> places = new HashMap<>();

  private WeightFiles(final Path folder) {
    this.folder = folder;
  }

  /**
   * Opens and checks all weight files of a folder.
   *
   * @param folder of the model.
   * @return the tensors, none of them read yet.
   * @throws ModelFileException if a file is missing or defective.
   */
  public static WeightFiles open(final Path folder) {
    final WeightFiles files = new WeightFiles(folder);
    try {
      if (Files.exists(folder.resolve(INDEX))) {
        files.openIndex(folder.resolve(INDEX));
      } else {
        files.openSingle(folder.resolve(SINGLE));
      }
      return files;
    } catch (RuntimeException e) {
      files.close();
      throw e;
    }
  }

  private void openSingle(final Path file) {
    if (!Files.exists(file)) {
      throw new ModelFileException(
          folder,
          "holds neither "
              + SINGLE
              + " nor "
              + INDEX
              + "; only safetensors are loaded, convert other formats first");
    }
    final SafetensorsReader reader = SafetensorsReader.open(file);
    shards.add(reader);
    reader.names().forEach(name -> places.put(name, reader));
  }

  private void openIndex(final Path index) {
    final JsonNode map = JsonFiles.read(index).path("weight_map");
    if (!map.isObject() || map.isEmpty()) {
      throw new ModelFileException(index, "has no weight_map");
    }
    final Map<String, SafetensorsReader> byFile = new HashMap<>();
    for (final Map.Entry<String, JsonNode> entry : map.properties()) {
      final String shard = entry.getValue().asText();
      if (shard.isEmpty() || !Path.of(shard).equals(Path.of(shard).getFileName())) {
        throw new ModelFileException(
            index, "tensor " + entry.getKey() + " names a shard outside the folder: " + shard);
      }
      SafetensorsReader reader = byFile.get(shard);
      if (reader == null) {
        reader = SafetensorsReader.open(folder.resolve(shard));
        shards.add(reader);
        byFile.put(shard, reader);
      }
      if (!reader.names().contains(entry.getKey())) {
        throw new ModelFileException(
            folder.resolve(shard),
            "tensor " + entry.getKey() + " is missing, " + INDEX + " has it");
      }
      places.put(entry.getKey(), reader);
    }
  }

  /**
   * Tells whether a tensor exists.
   *
   * @param name of the tensor.
   * @return true if a file holds it.
   */
  public boolean has(final String name) {
    return places.containsKey(name);
  }

  /**
   * Reads a tensor of a known shape as f32.
   *
   * @param name of the tensor.
   * @param target to fill, in native byte order.
   * @param shape it must have.
   * @throws ModelFileException if it is missing or has another shape.
   */
  public void read(final String name, final MemorySegment target, final long... shape) {
    final SafetensorsReader reader = places.get(name);
    if (reader == null) {
      throw new ModelFileException(
          folder, "tensor " + name + " is missing; config.json asks for it");
    }
    if (!Arrays.equals(reader.shape(name), shape)) {
      throw new ModelFileException(
          folder,
          "tensor %s has shape %s, config.json asks for %s"
              .formatted(name, Arrays.toString(reader.shape(name)), Arrays.toString(shape)));
    }
    reader.read(name, target);
  }

  /**
   * Reads a tensor of a known shape as f32 into a new array.
   *
   * @param name of the tensor.
   * @param shape it must have.
   * @return its values in row-major order.
   * @throws ModelFileException if it is missing, has another shape or does not fit an array.
   */
  public float[] floats(final String name, final long... shape) {
    long size = 1;
    for (final long dimension : shape) {
      size *= dimension;
    }
    if (size > Integer.MAX_VALUE - 16) {
      throw new ModelFileException(folder, "tensor " + name + " is too large: " + size);
    }
    final float[] values = new float[(int) size];
    try (Arena arena = Arena.ofConfined()) {
      final MemorySegment buffer = arena.allocate(size * 4, 64);
      read(name, buffer, shape);
      MemorySegment.copy(buffer, ValueLayout.JAVA_FLOAT, 0, values, 0, values.length);
    }
    return values;
  }

  /** Unmaps all files. */
  @Override
  public void close() {
    shards.forEach(SafetensorsReader::close);
  }
}
