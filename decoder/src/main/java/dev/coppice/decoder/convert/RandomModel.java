package dev.coppice.decoder.convert;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.coppice.decoder.files.AttentionShape;
import dev.coppice.decoder.files.DecoderFamily;
import dev.coppice.decoder.files.ModelConfig;
import dev.coppice.decoder.files.ModelDimensions;
import dev.coppice.decoder.files.RopeSettings;
import dev.coppice.decoder.files.SafetensorsWriter;
import dev.coppice.decoder.files.TensorType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;

/**
 * Writes model folders with random weights: real in shape and speed, empty of sense.
 *
 * <p>Weights are normal with deviation {@code 1 / sqrt(inputs)}, so that activations neither vanish
 * nor explode. The folder has no tokenizer.
 */
public final class RandomModel {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ModelConfig config;
  private final TensorType type;
  private final SplittableRandom random;
  private final SafetensorsWriter writer = new SafetensorsWriter();

  private RandomModel(final ModelConfig config, final TensorType type, final long seed) {
    this.config = config;
    this.type = type;
    random = new SplittableRandom(seed);
  }

  /**
   * Returns a shape that benchmarks know by name.
   *
   * @param name one of tiny, m15, m110, s135.
   * @return its configuration.
   */
  public static ModelConfig shape(final String name) {
    return switch (name) {
      case "tiny" -> llama(new ModelDimensions(128, 352, 4, 64, 512), 4, 2, true);
      case "m15" -> llama(new ModelDimensions(288, 768, 6, 32000, 4096), 6, 6, true);
      case "m110" -> llama(new ModelDimensions(768, 2048, 12, 32000, 4096), 12, 12, true);
      case "s135" -> llama(new ModelDimensions(576, 1536, 30, 49152, 8192), 9, 3, true);
      default ->
          throw new IllegalArgumentException(
              "shape must be tiny, m15, m110 or s135: shape=" + name);
    };
  }

  /**
   * Returns a Llama configuration with equal heads.
   *
   * @param dimensions of its layers.
   * @param heads number of query heads.
   * @param kvHeads number of key heads.
   * @param tied whether the head uses the embedding.
   * @return the configuration.
   */
  public static ModelConfig llama(
      final ModelDimensions dimensions, final int heads, final int kvHeads, final boolean tied) {
    final AttentionShape attention =
        new AttentionShape(heads, kvHeads, dimensions.hiddenSize() / heads, false, false, false);
    final RopeSettings rope = RopeSettings.plain(10000, dimensions.contextTokens());
    return new ModelConfig(DecoderFamily.LLAMA, dimensions, attention, rope, 1e-5f, tied);
  }

  /**
   * Writes config.json and model.safetensors.
   *
   * @param folder to create or fill.
   * @param config of the model.
   * @param type the weights are stored as.
   * @param seed of the weights.
   * @throws IOException if a file cannot be written.
   */
  public static void write(
      final Path folder, final ModelConfig config, final TensorType type, final long seed)
      throws IOException {
    Files.createDirectories(folder);
    final RandomModel model = new RandomModel(config, type, seed);
    JSON.writerWithDefaultPrettyPrinter()
        .writeValue(folder.resolve("config.json").toFile(), model.json());
    model.addTensors();
    model.writer.write(folder.resolve("model.safetensors"));
  }

  private ObjectNode json() {
    final ModelDimensions d = config.dimensions();
    final AttentionShape a = config.attention();
    final ObjectNode json = JSON.createObjectNode();
    json.putArray("architectures").add(config.family().architecture());
    json.put("hidden_size", d.hiddenSize()).put("intermediate_size", d.intermediateSize());
    json.put("num_hidden_layers", d.layers()).put("vocab_size", d.vocabularySize());
    json.put("max_position_embeddings", d.contextTokens());
    json.put("num_attention_heads", a.heads()).put("num_key_value_heads", a.kvHeads());
    json.put("head_dim", a.headDim()).put("attention_bias", a.outputBias());
    json.put("rms_norm_eps", (double) config.rmsNormEps());
    json.put("rope_theta", config.rope().theta()).put("hidden_act", "silu");
    json.put("tie_word_embeddings", config.tiedEmbeddings());
    json.put("bos_token_id", 1).put("eos_token_id", 2);
    return json;
  }

  private void addTensors() {
    final ModelDimensions d = config.dimensions();
    final int hidden = d.hiddenSize();
    matrix("model.embed_tokens", d.vocabularySize(), hidden);
    for (int layer = 0; layer < d.layers(); layer++) {
      addLayer("model.layers." + layer + ".");
    }
    ones("model.norm.weight", hidden);
    if (!config.tiedEmbeddings()) {
      matrix("lm_head", d.vocabularySize(), hidden);
    }
  }

  private void addLayer(final String prefix) {
    final AttentionShape a = config.attention();
    final int hidden = config.dimensions().hiddenSize();
    final int inner = config.dimensions().intermediateSize();
    final String self = prefix + "self_attn.";
    ones(prefix + "input_layernorm.weight", hidden);
    projection(self + "q_proj", a.queryWidth(), hidden, a.projectionBias());
    projection(self + "k_proj", a.kvWidth(), hidden, a.projectionBias());
    projection(self + "v_proj", a.kvWidth(), hidden, a.projectionBias());
    projection(self + "o_proj", hidden, a.queryWidth(), a.outputBias());
    if (a.queryKeyNorm()) {
      ones(self + "q_norm.weight", a.headDim());
      ones(self + "k_norm.weight", a.headDim());
    }
    ones(prefix + "post_attention_layernorm.weight", hidden);
    matrix(prefix + "mlp.gate_proj", inner, hidden);
    matrix(prefix + "mlp.up_proj", inner, hidden);
    matrix(prefix + "mlp.down_proj", hidden, inner);
  }

  private void projection(
      final String name, final int outputs, final int inputs, final boolean biased) {
    matrix(name, outputs, inputs);
    if (biased) {
      writer.add(name + ".bias", type, normal(outputs, 0.1), outputs);
    }
  }

  private void matrix(final String name, final int outputs, final int inputs) {
    final float[] values = normal(Math.multiplyExact(outputs, inputs), 1 / Math.sqrt(inputs));
    writer.add(name + ".weight", type, values, outputs, inputs);
  }

  private void ones(final String name, final int size) {
    final float[] values = normal(size, 0.1);
    for (int i = 0; i < size; i++) {
      values[i] += 1;
    }
    writer.add(name, type, values, size);
  }

  private float[] normal(final int size, final double deviation) {
    final float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) (random.nextGaussian() * deviation);
    }
    return values;
  }
}
