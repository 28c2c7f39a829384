package dev.coppice.decoder.files;

import com.fasterxml.jackson.databind.JsonNode;
import dev.coppice.chat.files.JsonFiles;
import dev.coppice.chat.files.ModelFileException;
import dev.coppice.chat.gguf.GgufFile;
import dev.coppice.decoder.ggml.GgufWeights;
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
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Finds the tensors of a model: in {@code model.safetensors}, in the shards of an index, or in a GGUF
 * file; and adds an adapter's to them.
 *
 * <p>A folder that has both a single file and an index is read as transformers reads it: the single
 * file counts. Pickles are never read. A weight that is not finite is refused.
 *
 * @thread one at a time.
 */
public final class WeightFiles implements AutoCloseable {
  private static final String SINGLE = "model.safetensors";
  private static final String INDEX = "model.safetensors.index.json";

  private final Path folder;
  private final LoraAdapter adapter;
  private final List<AutoCloseable> opened = new ArrayList<>();
  private final Map<String, Place> places = new HashMap<>();
  private final Set<String> unread = new TreeSet<>();

  private WeightFiles(final Path folder, final LoraAdapter adapter) {
    this.folder = folder;
    this.adapter = adapter;
  }

  /** Says where a tensor is read. */
  private record Place(long[] shape, Consumer<MemorySegment> read) {}

  /**
   * Opens and checks all weight files of a model.
   *
   * @param model folder, or GGUF file.
   * @return the tensors, none of them read yet.
   * @throws ModelFileException if a file is missing or defective.
   */
  public static WeightFiles open(final Path model) {
    return open(model, null);
  }

  /**
   * Opens and checks all weight files of a model and of an adapter.
   *
   * @param model folder, or GGUF file.
   * @param lora folder of the adapter, or null.
   * @return the tensors, the adapter's being added when they are read.
   * @throws ModelFileException if a file is missing, defective, or of an adapter that cannot be
   *     merged.
   */
  public static WeightFiles open(final Path model, final Path lora) {
    final LoraAdapter adapter = lora == null ? null : LoraAdapter.open(lora);
    final WeightFiles files = new WeightFiles(model, adapter);
    try {
      if (adapter != null) {
        files.opened.add(adapter);
      }
      if (GgufFile.is(model)) {
        files.openGguf(model);
      } else if (Files.exists(model.resolve(SINGLE)) || !Files.exists(model.resolve(INDEX))) {
        files.openSingle(model.resolve(SINGLE));
      } else {
        files.openIndex(model.resolve(INDEX));
      }
      files.unread.addAll(files.places.keySet());
      return files;
    } catch (RuntimeException e) {
      files.close();
      throw e;
    }
  }

  private void openGguf(final Path file) {
    final GgufWeights weights = GgufWeights.open(file);
    opened.add(weights);
    weights.names().forEach(name -> place(name, weights.shape(name), weights::read));
  }

  private void place(
      final String name, final long[] shape, final BiConsumer<String, MemorySegment> read) {
    places.put(name, new Place(shape, target -> read.accept(name, target)));
  }

  private void openSingle(final Path file) {
    if (!Files.exists(file)) {
      throw new ModelFileException(
          folder,
          "holds neither "
              + SINGLE
              + " nor "
              + INDEX
              + "; weights are read from safetensors and GGUF, convert other formats first");
    }
    final SafetensorsReader reader = SafetensorsReader.open(file);
    opened.add(reader);
    reader.names().forEach(name -> place(name, reader.shape(name), reader::read));
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
        opened.add(reader);
        byFile.put(shard, reader);
      }
      if (!reader.names().contains(entry.getKey())) {
        throw new ModelFileException(
            folder.resolve(shard),
            "tensor " + entry.getKey() + " is missing, " + INDEX + " has it");
      }
      place(entry.getKey(), reader.shape(entry.getKey()), reader::read);
    }
  }

  /**
   * Returns where the tensors are, for messages.
   *
   * @return the folder or file.
   */
  public Path model() {
    return folder;
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
    final Place place = places.get(name);
    if (place == null) {
      throw new ModelFileException(
          folder, "tensor " + name + " is missing; the configuration asks for it");
    }
    if (!Arrays.equals(place.shape(), shape)) {
      throw new ModelFileException(
          folder,
          "tensor %s has shape %s, the configuration asks for %s"
              .formatted(name, Arrays.toString(place.shape()), Arrays.toString(shape)));
    }
    place.read().accept(target);
    unread.remove(name);
    if (adapter != null) {
      adapter.addTo(name, target, shape);
    }
    requireFinite(name, target, shape);
  }

  private void requireFinite(final String name, final MemorySegment target, final long[] shape) {
    long size = 1;
    for (final long dimension : shape) {
      size *= dimension;
    }
    for (long i = 0; i < size; i++) {
      final float value = target.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i);
      if (!Float.isFinite(value)) {
        throw new ModelFileException(
            folder, "tensor " + name + " holds " + value + " at " + i + "; all must be finite");
      }
    }
  }

  /**
   * Refuses what was not read though it takes part: a bias of a layer, or an adapter's matrix.
   *
   * @throws ModelFileException naming it.
   */
  public void requireAllUsed() {
    for (final String name : unread) {
      if (name.startsWith("model.layers.") && name.endsWith(".bias")) {
        throw new ModelFileException(
            folder,
            "tensor " + name + " would be left out: the configuration says there is no such bias");
      }
    }
    if (adapter != null) {
      adapter.requireAllUsed();
    }
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
    for (final AutoCloseable one : opened) {
      try {
        one.close();
      } catch (Exception e) {
        throw new IllegalStateException("a file cannot be unmapped: " + folder, e);
      }
    }
  }
}
