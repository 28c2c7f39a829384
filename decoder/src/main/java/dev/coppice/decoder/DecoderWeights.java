package dev.coppice.decoder;

import dev.coppice.chat.files.ModelFileException;
import dev.coppice.decoder.files.AttentionShape;
import dev.coppice.decoder.files.ModelConfig;
import dev.coppice.decoder.files.WeightFiles;
import dev.coppice.decoder.kernel.Linears;
import dev.coppice.decoder.kernel.PackedLayer;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Holds all weights of one version of a model: embedding and norms in Java, layers packed.
 *
 * @thread made on any thread, read by the engine thread.
 */
final class DecoderWeights implements AutoCloseable {
  private final Linears linears;
  private final ModelConfig config;
  private final float[] embedding;
  private final LayerWeights[] layers;
  private final float[] finalNorm;
  private final PackedLayer head;
  private final List<PackedLayer> packed;

  private DecoderWeights(
      final Linears linears,
      final ModelConfig config,
      final WeightFiles files,
      final List<PackedLayer> packed) {
    this.packed = packed;
    this.linears = linears;
    this.config = config;
    final int hidden = config.dimensions().hiddenSize();
    final int vocabulary = config.dimensions().vocabularySize();
    embedding = files.floats("model.embed_tokens.weight", vocabulary, hidden);
    layers = new LayerWeights[config.dimensions().layers()];
    for (int i = 0; i < layers.length; i++) {
      layers[i] = layer(files, "model.layers." + i + ".");
    }
    finalNorm = files.floats("model.norm.weight", hidden);
    final boolean own = files.has("lm_head.weight");
    if (config.tiedEmbeddings() && own) {
      requireTied(files, vocabulary, hidden);
    }
    final String headName =
        config.tiedEmbeddings() ? "model.embed_tokens.weight" : "lm_head.weight";
    head = pack(files, hidden, false, new Part(headName, vocabulary));
    files.requireAllUsed();
  }

  private record Part(String name, int outputs) {}

  /** Refuses a head of its own where the configuration says that it is the embedding. */
  private void requireTied(final WeightFiles files, final int vocabulary, final int hidden) {
    if (!Arrays.equals(embedding, files.floats("lm_head.weight", vocabulary, hidden))) {
      throw new ModelFileException(
          files.model(),
          "tensor lm_head.weight differs from model.embed_tokens.weight, though config.json says"
              + " tie_word_embeddings true; set it to false, or take the tensor away");
    }
  }

  /**
   * Reads and packs the weights of a model.
   *
   * @param linears that pack them.
   * @param config of the model.
   * @param model folder, or GGUF file.
   * @param lora folder of an adapter to be merged, or null.
   * @return the weights; the caller closes them.
   */
  static DecoderWeights load(
      final Linears linears, final ModelConfig config, final Path model, final Path lora) {
    final List<PackedLayer> packed = new ArrayList<>();
    try (WeightFiles files = WeightFiles.open(model, lora)) {
      return new DecoderWeights(linears, config, files, packed);
    } catch (RuntimeException | Error e) {
      packed.forEach(PackedLayer::close);
      throw e;
    }
  }

  private LayerWeights layer(final WeightFiles files, final String prefix) {
    final AttentionShape shape = config.attention();
    final int hidden = config.dimensions().hiddenSize();
    final int inner = config.dimensions().intermediateSize();
    final String attention = prefix + "self_attn.";
    final PackedLayer[] projections = {
      pack(
          files,
          hidden,
          shape.projectionBias(),
          new Part(attention + "q_proj", shape.queryWidth()),
          new Part(attention + "k_proj", shape.kvWidth()),
          new Part(attention + "v_proj", shape.kvWidth())),
      pack(files, shape.queryWidth(), shape.outputBias(), new Part(attention + "o_proj", hidden)),
    };
    final PackedLayer[] gated = {
      pack(files, hidden, false, new Part(prefix + "mlp.gate_proj", inner)),
      pack(files, hidden, false, new Part(prefix + "mlp.up_proj", inner)),
      pack(files, inner, false, new Part(prefix + "mlp.down_proj", hidden)),
    };
    final boolean normed = shape.queryKeyNorm();
    return new LayerWeights(
        files.floats(prefix + "input_layernorm.weight", hidden),
        normed ? files.floats(attention + "q_norm.weight", shape.headDim()) : null,
        normed ? files.floats(attention + "k_norm.weight", shape.headDim()) : null,
        projections,
        files.floats(prefix + "post_attention_layernorm.weight", hidden),
        gated);
  }

  /** Packs the parts, one below the other, as one layer. */
  private PackedLayer pack(
      final WeightFiles files, final int inputs, final boolean biased, final Part... parts) {
    int outputs = 0;
    for (final Part part : parts) {
      outputs += part.outputs();
    }
    final long bytes = (long) outputs * inputs * Float.BYTES;
    try (Arena arena = Arena.ofShared()) {
      final MemorySegment weight = arena.allocate(bytes, 64);
      final MemorySegment bias = biased ? arena.allocate((long) outputs * Float.BYTES, 64) : null;
      long row = 0;
      for (final Part part : parts) {
        final String name = part.name();
        final long from = row * inputs * Float.BYTES;
        final MemorySegment target = weight.asSlice(from, (long) part.outputs() * inputs * 4);
        final String full = name.endsWith(".weight") ? name : name + ".weight";
        files.read(full, target, part.outputs(), inputs);
        if (biased) {
          files.read(name + ".bias", bias.asSlice(row * 4, part.outputs() * 4L), part.outputs());
        }
        row += part.outputs();
      }
      final PackedLayer layer = linears.pack(weight, outputs, inputs, bias);
      packed.add(layer);
      return layer;
    }
  }

  float[] embedding() {
    return embedding;
  }

  LayerWeights layer(final int index) {
    return layers[index];
  }

  float[] finalNorm() {
    return finalNorm;
  }

  PackedLayer head() {
    return head;
  }

  @Override
  public void close() {
    packed.forEach(PackedLayer::close);
  }
}
