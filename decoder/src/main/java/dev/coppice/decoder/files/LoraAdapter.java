package dev.coppice.decoder.files;

import com.fasterxml.jackson.databind.JsonNode;
import dev.coppice.chat.files.JsonFiles;
import dev.coppice.chat.files.ModelFileException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Adds a PEFT adapter to the weights of a model while they are read: {@code W + s * B * A}, where
 * {@code s = alpha / r}, or {@code alpha / sqrt(r)} with {@code use_rslora}.
 *
 * <p>An adapter whose merge would be anything else is refused, naming the option.
 *
 * @shape A [r, inputs], B [outputs, r].
 * @thread one at a time; {@link #close()} unmaps the file.
 * @source peft, LoraConfig and tuners/lora/layer.
 */
final class LoraAdapter implements AutoCloseable {
  private static final String CONFIG = "adapter_config.json";
  private static final String WEIGHTS = "adapter_model.safetensors";
  private static final String PREFIX = "base_model.model.";

  /** Options that change what is merged, unless they are false, empty or absent. */
  private static final List<String> REFUSED =
      List.of(
          "use_dora",
          "fan_in_fan_out",
          "lora_bias",
          "modules_to_save",
          "trainable_token_indices",
          "layer_replication",
          "rank_pattern",
          "alpha_pattern",
          "megatron_config",
          "alora_invocation_tokens");

  private final Path folder;
  private final SafetensorsReader reader;
  private final int rank;
  private final float scale;
  private final Set<String> unused;

  private LoraAdapter(
      final Path folder, final SafetensorsReader reader, final int rank, final float scale) {
    this.folder = folder;
    this.reader = reader;
    this.rank = rank;
    this.scale = scale;
    unused = new TreeSet<>(reader.names());
  }

  /** Opens and checks the adapter of a folder. */
  static LoraAdapter open(final Path folder) {
    final Path file = folder.resolve(CONFIG);
    if (!Files.isRegularFile(file)) {
      throw new ModelFileException(
          folder,
          "is no adapter: it must hold " + CONFIG + " and " + WEIGHTS + " as PEFT saves them");
    }
    final JsonNode config = JsonFiles.read(file);
    if (!config.path("peft_type").asText().equals("LORA")) {
      throw new ModelFileException(
          file, "peft_type " + config.path("peft_type") + " is not supported; only LORA is");
    }
    for (final String key : REFUSED) {
      final JsonNode value = config.path(key);
      final boolean off =
          value.isMissingNode()
              || value.isNull()
              || value.isBoolean() && !value.asBoolean()
              || value.isContainerNode() && value.isEmpty();
      if (!off) {
        throw new ModelFileException(file, key + " " + value + " is not supported");
      }
    }
    if (!config.path("bias").asText("none").equals("none")) {
      throw new ModelFileException(file, "bias " + config.path("bias") + " is not supported");
    }
    final JsonNode rank = config.path("r");
    final JsonNode alpha = config.path("lora_alpha");
    if (!rank.canConvertToInt() || rank.asInt() < 1 || !alpha.isNumber()) {
      throw new ModelFileException(
          file,
          "r must be a whole number of at least 1 and lora_alpha a number: r="
              + rank
              + " lora_alpha="
              + alpha);
    }
    final double divisor =
        config.path("use_rslora").asBoolean() ? Math.sqrt(rank.asInt()) : rank.asInt();
    return new LoraAdapter(
        folder,
        SafetensorsReader.open(folder.resolve(WEIGHTS)),
        rank.asInt(),
        (float) (alpha.asDouble() / divisor));
  }

  /** Adds what the adapter has for a weight, if anything. */
  void addTo(final String name, final MemorySegment target, final long... shape) {
    final String module = PREFIX + name.replaceFirst("\\.weight$", "");
    final String first = module + ".lora_A.weight";
    final String second = module + ".lora_B.weight";
    if (!name.endsWith(".weight") || !reader.names().contains(first)) {
      return;
    }
    if (shape.length != 2) {
      throw new ModelFileException(folder, "tensor " + first + " is of no linear layer");
    }
    final float[] a = read(first, rank, shape[1]);
    final float[] b = read(second, shape[0], rank);
    final int inputs = (int) shape[1];
    final float[] row = new float[inputs];
    for (int output = 0; output < shape[0]; output++) {
      Arrays.fill(row, 0);
      for (int k = 0; k < rank; k++) {
        final float factor = b[output * rank + k];
        final int from = k * inputs;
        for (int i = 0; i < inputs; i++) {
          row[i] += factor * a[from + i];
        }
      }
      for (int i = 0; i < inputs; i++) {
        final long at = ((long) output * inputs + i) * Float.BYTES;
        final float weight = target.get(ValueLayout.JAVA_FLOAT_UNALIGNED, at);
        target.set(ValueLayout.JAVA_FLOAT_UNALIGNED, at, weight + scale * row[i]);
      }
    }
  }

  private float[] read(final String name, final long rows, final long columns) {
    if (!reader.names().contains(name)
        || !Arrays.equals(reader.shape(name), new long[] {rows, columns})) {
      throw new ModelFileException(
          folder,
          "tensor %s must have shape [%d, %d]; it has %s"
              .formatted(
                  name,
                  rows,
                  columns,
                  reader.names().contains(name) ? Arrays.toString(reader.shape(name)) : "none"));
    }
    unused.remove(name);
    try (Arena arena = Arena.ofConfined()) {
      final MemorySegment values = arena.allocate(rows * columns * Float.BYTES, 64);
      reader.read(name, values);
      return values.toArray(ValueLayout.JAVA_FLOAT);
    }
  }

  /** Refuses an adapter of which a part was added to no weight. */
  void requireAllUsed() {
    if (!unused.isEmpty()) {
      throw new ModelFileException(
          folder,
          "tensor "
              + unused.iterator().next()
              + " belongs to no weight of the model that is merged; the adapter is of another model,"
              + " or changes more than linear layers");
    }
  }

  @Override
  public void close() {
    reader.close();
  }
}
