package dev.coppice.decoder.files;

import com.fasterxml.jackson.databind.JsonNode;
import dev.coppice.chat.files.JsonFiles;
import dev.coppice.chat.files.ModelFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** Reads {@code config.json} key by key and names the first one that cannot be served. */
final class ConfigReader {
  private static final Set<String> ROPE_TYPES = Set.of("default", "linear", "dynamic", "llama3");

  /** Options of other models that would change the result if they were passed over in silence. */
  private static final List<String> REFUSED =
      List.of(
          "quantization_config",
          "attn_logit_softcapping",
          "final_logit_softcapping",
          "logit_scale",
          "logits_scaling",
          "embedding_multiplier",
          "residual_multiplier",
          "attention_multiplier",
          "num_local_experts",
          "num_experts",
          "no_rope_layers",
          "use_qk_norm");

  private final Path file;
  private final JsonNode root;

  ConfigReader(final Path file) {
    this.file = file;
    root = JsonFiles.read(file);
  }

  ModelConfig read() {
    final DecoderFamily family = family();
    refuse(family);
    final AttentionShape attention = attention(family);
    final RopeSettings rope = rope();
    final ModelDimensions dimensions =
        new ModelDimensions(
            positive("hidden_size"),
            positive("intermediate_size"),
            positive("num_hidden_layers"),
            positive("vocab_size"),
            context(family, rope));
    final double eps = number(root, "rms_norm_eps", 1e-6);
    final boolean tied = flag("tie_word_embeddings", false);
    return new ModelConfig(family, dimensions, attention, rope, (float) eps, tied);
  }

  private DecoderFamily family() {
    final JsonNode names = root.path("architectures");
    final String name = names.isArray() && names.size() == 1 ? names.get(0).asText() : "";
    final DecoderFamily family = DecoderFamily.of(name);
    if (family == null) {
      throw new ModelFileException(
          file,
          "architectures " + names + " is not supported; supported are " + DecoderFamily.known());
    }
    return family;
  }

  private void refuse(final DecoderFamily family) {
    final String activation = root.path("hidden_act").asText("silu");
    if (!activation.equals("silu")) {
      throw new ModelFileException(
          file, "hidden_act '" + activation + "' is not supported; only silu is");
    }
    if (flag("mlp_bias", false)) {
      throw new ModelFileException(file, "mlp_bias true is not supported");
    }
    if (number(root, "partial_rotary_factor", 1) != 1) {
      throw new ModelFileException(file, "partial_rotary_factor other than 1 is not supported");
    }
    for (final String key : REFUSED) {
      final JsonNode value = root.path(key);
      if (!value.isMissingNode() && !value.isNull()) {
        throw new ModelFileException(
            file, key + " " + value + " is not supported for " + family.architecture());
      }
    }
  }

  private AttentionShape attention(final DecoderFamily family) {
    final int heads = positive("num_attention_heads");
    final int kvHeads = present("num_key_value_heads") ? positive("num_key_value_heads") : heads;
    final int hidden = positive("hidden_size");
    if (!present("head_dim") && hidden % heads != 0) {
      throw new ModelFileException(
          file, "hidden_size " + hidden + " is not a multiple of num_attention_heads " + heads);
    }
    final int headDim = present("head_dim") ? positive("head_dim") : hidden / heads;
    if (heads % kvHeads != 0) {
      throw new ModelFileException(
          file,
          "num_attention_heads " + heads + " is not a multiple of num_key_value_heads " + kvHeads);
    }
    if (headDim % 2 != 0) {
      throw new ModelFileException(file, "head_dim " + headDim + " is odd");
    }
    final boolean bias =
        family != DecoderFamily.MISTRAL && flag("attention_bias", false) && !family.alwaysBiased();
    return new AttentionShape(
        heads, kvHeads, headDim, bias || family.alwaysBiased(), bias, family.queryKeyNorm());
  }

  /** Reads rope_parameters as transformers 5 writes it, or rope_scaling and rope_theta before. */
  private RopeSettings rope() {
    final boolean merged = present("rope_parameters");
    final JsonNode scaling = root.path(merged ? "rope_parameters" : "rope_scaling");
    final double theta =
        number(merged && scaling.has("rope_theta") ? scaling : root, "rope_theta", 10000);
    final String type = scaling.path("rope_type").asText(scaling.path("type").asText("default"));
    if (!ROPE_TYPES.contains(type)) {
      throw new ModelFileException(
          file, "rope type '" + type + "' is not supported; supported are " + ROPE_TYPES);
    }
    if (number(scaling, "partial_rotary_factor", 1) != 1) {
      throw new ModelFileException(file, "partial_rotary_factor other than 1 is not supported");
    }
    final int maximum = positive("max_position_embeddings");
    final int original = (int) number(scaling, "original_max_position_embeddings", maximum);
    final double low = number(scaling, "low_freq_factor", 1);
    final double high = number(scaling, "high_freq_factor", 4);
    final double factor = number(scaling, "factor", 1);
    if (factor <= 0 || theta <= 0 || type.equals("llama3") && high <= low) {
      throw new ModelFileException(file, "the rope settings make no sense: " + scaling);
    }
    return new RopeSettings(type, theta, factor, low, high, original);
  }

  /** Bounds the context where positions beyond it would need another attention. */
  private int context(final DecoderFamily family, final RopeSettings rope) {
    int context = positive("max_position_embeddings");
    if (rope.type().equals("dynamic")) {
      context = Math.min(context, rope.originalContext());
    }
    final boolean windowed =
        family == DecoderFamily.MISTRAL
            || flag("use_sliding_window", false)
            || root.path("layer_types").toString().contains("sliding");
    if (windowed && present("sliding_window")) {
      context = Math.min(context, positive("sliding_window"));
    }
    return context;
  }

  private boolean present(final String key) {
    return root.hasNonNull(key);
  }

  private int positive(final String key) {
    final JsonNode node = root.path(key);
    if (!node.isIntegralNumber() || !node.canConvertToInt() || node.asInt() < 1) {
      throw new ModelFileException(
          file, key + " must be a whole number of at least 1, it is " + text(node));
    }
    return node.asInt();
  }

  private boolean flag(final String key, final boolean otherwise) {
    final JsonNode node = root.path(key);
    if (node.isMissingNode() || node.isNull()) {
      return otherwise;
    }
    if (!node.isBoolean()) {
      throw new ModelFileException(file, key + " must be true or false, it is " + node);
    }
    return node.asBoolean();
  }

  private double number(final JsonNode parent, final String key, final double otherwise) {
    final JsonNode node = parent.path(key);
    if (node.isMissingNode() || node.isNull()) {
      return otherwise;
    }
    if (!node.isNumber()) {
      throw new ModelFileException(file, key + " must be a number, it is " + node);
    }
    return node.asDouble();
  }

  private static String text(final JsonNode node) {
    return node.isMissingNode() ? "missing" : node.toString();
  }
}
