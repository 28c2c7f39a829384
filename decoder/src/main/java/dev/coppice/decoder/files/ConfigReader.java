package dev.coppice.decoder.files;

import com.fasterxml.jackson.databind.JsonNode;
import dev.coppice.chat.files.ModelFileException;
import java.nio.file.Path;
import java.util.ArrayList;
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

  /** Reads what a file says, or what another format says in its words. */
  ConfigReader(final Path file, final JsonNode root) {
    this.file = file;
    this.root = root;
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
    final JsonNode scaling = scaling();
    final JsonNode thetas = scaling.has("rope_theta") ? scaling : root;
    final double theta = number(thetas, "rope_theta", 10000);
    final String type = scaling.path("rope_type").asText(scaling.path("type").asText("default"));
    final List<Float> divisors = new ArrayList<>();
    scaling.path("divisors").forEach(one -> divisors.add(one.floatValue()));
    if (!ROPE_TYPES.contains(type) && divisors.isEmpty()) {
      throw new ModelFileException(
          file, "rope type '" + type + "' is not supported; supported are " + ROPE_TYPES);
    }
    if (number(scaling, "partial_rotary_factor", 1) != 1) {
      throw new ModelFileException(file, "partial_rotary_factor other than 1 is not supported");
    }
    final int maximum = positive("max_position_embeddings");
    final int original = (int) number(scaling, "original_max_position_embeddings", maximum);
    final RopeSettings.Band band =
        new RopeSettings.Band(
            number(scaling, "low_freq_factor", RopeSettings.Band.DEFAULT.low()),
            number(scaling, "high_freq_factor", RopeSettings.Band.DEFAULT.high()));
    final double factor = number(scaling, "factor", 1);
    if (factor <= 0 || theta <= 0 || type.equals("llama3") && band.high() <= band.low()) {
      throw new ModelFileException(file, "the rope settings make no sense: " + scaling);
    }
    return new RopeSettings(type, theta, factor, band, original, divisors);
  }

  /** Finds the one object that scales, and refuses two, or one for each type of layer. */
  private JsonNode scaling() {
    if (present("rope_parameters") && present("rope_scaling")) {
      throw new ModelFileException(
          file, "has rope_parameters beside rope_scaling; take away the one that does not count");
    }
    final String key = present("rope_parameters") ? "rope_parameters" : "rope_scaling";
    final JsonNode scaling = root.path(key);
    if (!scaling.isObject() && present(key)) {
      throw new ModelFileException(file, key + " must be an object, it is " + scaling);
    }
    for (final JsonNode value : scaling) {
      if (value.isObject()) {
        throw new ModelFileException(
            file, key + " of several kinds of layers are not supported: " + scaling);
      }
    }
    return scaling;
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
