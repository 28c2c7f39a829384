package dev.coppice.decoder.ggml;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.coppice.chat.files.ModelFileException;
import dev.coppice.chat.gguf.GgufFile;
import dev.coppice.chat.gguf.GgufMetadata;
import dev.coppice.chat.gguf.GgufTensor;
import dev.coppice.chat.gguf.GgufType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;

/**
 * Writes the metadata of a GGUF file as the {@code config.json} of the same model.
 *
 * @thread one.
 * @source llama.cpp, convert_hf_to_gguf and the keys of its architectures.
 */
public final class GgufConfig {
  private static final Map<String, String> ARCHITECTURES =
      Map.of(
          "llama", "LlamaForCausalLM",
          "qwen2", "Qwen2ForCausalLM",
          "qwen3", "Qwen3ForCausalLM");

  /** Options that would change the result if they were passed over in silence. */
  private static final List<String> REFUSED =
      List.of(
          "expert_count",
          "logit_scale",
          "residual_scale",
          "embedding_scale",
          "attn_logit_softcapping",
          "final_logit_softcapping",
          "attention.scale",
          "attention.clamp_kqv",
          "attention.max_alibi_bias",
          "attention.temperature_scale",
          "rope.scaling.yarn_log_multiplier",
          "pooling_type");

  private final GgufFile file;
  private final GgufMetadata metadata;
  private final String prefix;
  private final ObjectNode config = JsonNodeFactory.instance.objectNode();

  private GgufConfig(final GgufFile file) {
    this.file = file;
    metadata = file.metadata();
    prefix = metadata.text("general.architecture", "") + ".";
  }

  /**
   * Reads the configuration.
   *
   * @param file that is open.
   * @return what {@code config.json} would say.
   * @throws ModelFileException if the model is of another architecture, or has an option that is not
   *     supported.
   */
  public static ObjectNode read(final GgufFile file) {
    return new GgufConfig(file).config();
  }

  private ModelFileException defect(final String what) {
    return new ModelFileException(file.file(), what);
  }

  private ObjectNode config() {
    final String name = metadata.text("general.architecture", "");
    final String architecture = ARCHITECTURES.get(name);
    if (architecture == null) {
      throw defect(
          "general.architecture '"
              + name
              + "' is not supported; supported are "
              + ARCHITECTURES.keySet().stream().sorted().toList());
    }
    config.putArray("architectures").add(architecture);
    refuse();
    sizes();
    rope();
    config.put("tie_word_embeddings", !file.tensors().containsKey("output.weight"));
    config.put("attention_bias", file.tensors().containsKey("blk.0.attn_output.bias"));
    return config;
  }

  private void refuse() {
    for (final String key : REFUSED) {
      if (metadata.has(prefix + key) && metadata.number(prefix + key, 0) != 0) {
        throw defect(prefix + key + " is not supported");
      }
    }
    if (!metadata.flag(prefix + "attention.causal", true)) {
      throw defect(prefix + "attention.causal false is not supported");
    }
    if (metadata.flag(prefix + "use_parallel_residual", false)) {
      throw defect(prefix + "use_parallel_residual true is not supported");
    }
  }

  private long required(final String key) {
    if (!metadata.has(prefix + key)) {
      throw defect(prefix + key + " is missing");
    }
    return metadata.evenly(prefix + key, 0);
  }

  private void sizes() {
    final GgufTensor embedding = file.tensors().get("token_embd.weight");
    if (embedding == null || embedding.shape().size() != 2) {
      throw defect("tensor token_embd.weight is missing, or no matrix");
    }
    final long hidden = required("embedding_length");
    final long heads = required("attention.head_count");
    final long size =
        metadata.whole(prefix + "attention.key_length", heads > 0 ? hidden / heads : 0);
    final long valueSize = metadata.whole(prefix + "attention.value_length", size);
    final long rotated = metadata.whole(prefix + "rope.dimension_count", size);
    if (valueSize != size || rotated != size) {
      throw defect(
          "heads of %d whose values have %d and of which %d are rotated are not supported"
              .formatted(size, valueSize, rotated));
    }
    config.put("vocab_size", embedding.shape().getFirst());
    config.put("hidden_size", hidden);
    config.put("intermediate_size", required("feed_forward_length"));
    config.put("num_hidden_layers", required("block_count"));
    config.put("max_position_embeddings", required("context_length"));
    config.put("num_attention_heads", heads);
    config.put("num_key_value_heads", metadata.evenly(prefix + "attention.head_count_kv", heads));
    config.put("head_dim", size);
    config.put("rms_norm_eps", eps());
    final long window = metadata.whole(prefix + "attention.sliding_window", 0);
    if (window > 0) {
      config.put("sliding_window", window).put("use_sliding_window", true);
    }
  }

  private double eps() {
    final String key = prefix + "attention.layer_norm_rms_epsilon";
    if (!metadata.has(key)) {
      throw defect(key + " is missing");
    }
    return metadata.number(key, 0);
  }

  private void rope() {
    config.put("rope_theta", metadata.number(prefix + "rope.freq_base", 10_000));
    final String type = metadata.text(prefix + "rope.scaling.type", "none");
    final double factor =
        metadata.number(
            prefix + "rope.scaling.factor", metadata.number(prefix + "rope.scale_linear", 1));
    final GgufTensor divisors = file.tensors().get("rope_freqs.weight");
    if (metadata.number(prefix + "rope.scaling.attn_factor", 1) != 1) {
      throw defect(prefix + "rope.scaling.attn_factor other than 1 is not supported");
    }
    if (divisors != null) {
      if (!type.equals("none") && factor != 1) {
        throw defect(
            "rope_freqs.weight beside a rope scaling of type " + type + " is not supported");
      }
      divisors(divisors);
    } else if (type.equals("linear") || type.equals("none") && factor != 1) {
      config.putObject("rope_scaling").put("rope_type", "linear").put("factor", factor);
    } else if (!type.equals("none")) {
      config.putObject("rope_scaling").put("rope_type", type).put("factor", factor);
    }
  }

  /** Hands on what Llama 3's scaling was turned into: a divisor of each frequency. */
  private void divisors(final GgufTensor tensor) {
    final int size = config.path("head_dim").asInt() / 2;
    if (tensor.type() != GgufType.F32 || !tensor.shape().equals(List.of((long) size))) {
      throw defect("tensor rope_freqs.weight must be " + size + " numbers of F32");
    }
    final MemorySegment bytes = file.bytes(tensor);
    final var list =
        config.putObject("rope_scaling").put("rope_type", "divisors").putArray("divisors");
    for (int i = 0; i < size; i++) {
      final float divisor =
          bytes.get(
              ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(java.nio.ByteOrder.LITTLE_ENDIAN), i * 4L);
      if (!(divisor > 0) || divisor == Float.POSITIVE_INFINITY) {
        throw defect("tensor rope_freqs.weight has " + divisor + ", it must be above 0");
      }
      list.add(divisor);
    }
  }
}
