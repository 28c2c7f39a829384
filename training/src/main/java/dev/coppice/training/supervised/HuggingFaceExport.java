package dev.coppice.training.supervised;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.coppice.decoder.files.RopeSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes a trained policy as a Hugging Face folder: {@code config.json}, {@code model.safetensors},
 * {@code tokenizer.json}, {@code tokenizer_config.json}.
 *
 * <p>The architecture is {@code LlamaForCausalLM} with tied embeddings. The tokenizer is a
 * byte-pair model without merges, so every character is a token, and the tags are added tokens;
 * nothing is normalised, split off or put in front, so decoding gives back the text exactly.
 *
 * @thread the trainer's thread only
 */
public final class HuggingFaceExport {
  private final TrainedPolicy policy;
  private final LlamaShape shape;
  private final List<String> vocabulary;
  private final int specialTokens;
  private final ObjectMapper mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  /**
   * Prepares an export.
   *
   * @param policy to write.
   * @param vocabulary texts of the tokens in the order of their ids; the first three are padding,
   *     begin and end of a sequence.
   * @param specialTokens number of tokens, counted from id 0, that are tags rather than characters.
   */
  public HuggingFaceExport(
      final TrainedPolicy policy, final List<String> vocabulary, final int specialTokens) {
    this.policy = policy;
    this.shape = policy.shape();
    this.vocabulary = List.copyOf(vocabulary);
    this.specialTokens = specialTokens;
    if (vocabulary.size() != shape.vocabulary() || specialTokens < 3) {
      throw new IllegalArgumentException(
          "vocabulary does not fit: tokens="
              + vocabulary.size()
              + " model="
              + shape.vocabulary()
              + " specialTokens="
              + specialTokens);
    }
  }

  /**
   * Writes the folder; files of those names are replaced.
   *
   * @param folder to write to, made if it is not there.
   * @throws IOException if it cannot be written.
   */
  public void write(final Path folder) throws IOException {
    Files.createDirectories(folder);
    mapper.writeValue(folder.resolve("config.json").toFile(), config());
    mapper.writeValue(folder.resolve("tokenizer.json").toFile(), tokenizer());
    mapper.writeValue(folder.resolve("tokenizer_config.json").toFile(), tokenizerConfig());
    policy.write(folder);
  }

  private ObjectNode config() {
    final ObjectNode config = mapper.createObjectNode();
    config.putArray("architectures").add("LlamaForCausalLM");
    config
        .put("model_type", "llama")
        .put("vocab_size", shape.vocabulary())
        .put("hidden_size", shape.hidden())
        .put("intermediate_size", shape.feedForward())
        .put("num_hidden_layers", shape.layers())
        .put("num_attention_heads", shape.heads())
        .put("num_key_value_heads", shape.kvHeads())
        .put("head_dim", shape.headSize())
        .put("hidden_act", "silu")
        .put("max_position_embeddings", shape.maxPositions())
        .put("rms_norm_eps", shape.rmsNormEps())
        .put("rope_theta", shape.rope().theta())
        .put("attention_bias", false)
        .put("mlp_bias", false)
        .put("tie_word_embeddings", true)
        .put("pad_token_id", 0)
        .put("bos_token_id", 1)
        .put("eos_token_id", 2)
        .put("torch_dtype", "float32");
    final RopeSettings rope = shape.rope();
    if (!rope.type().equals("default")) {
      config
          .putObject("rope_scaling")
          .put("rope_type", rope.type())
          .put("factor", rope.factor())
          .put("low_freq_factor", rope.band().low())
          .put("high_freq_factor", rope.band().high())
          .put("original_max_position_embeddings", rope.originalContext());
    }
    return config;
  }

  private ObjectNode tokenizer() {
    final ObjectNode root = mapper.createObjectNode();
    root.put("version", "1.0").putNull("truncation").putNull("padding");
    final ArrayNode added = root.putArray("added_tokens");
    for (int id = 0; id < specialTokens; id++) {
      added
          .addObject()
          .put("id", id)
          .put("content", vocabulary.get(id))
          .put("single_word", false)
          .put("lstrip", false)
          .put("rstrip", false)
          .put("normalized", false)
          .put("special", true);
    }
    root.putNull("normalizer").putNull("pre_tokenizer").putNull("post_processor");
    root.putObject("decoder").put("type", "Fuse");
    final ObjectNode model = root.putObject("model").put("type", "BPE");
    model
        .putNull("dropout")
        .putNull("unk_token")
        .putNull("continuing_subword_prefix")
        .putNull("end_of_word_suffix")
        .put("fuse_unk", false)
        .put("byte_fallback", false)
        .put("ignore_merges", false);
    final ObjectNode ids = model.putObject("vocab");
    for (int id = 0; id < vocabulary.size(); id++) {
      ids.put(vocabulary.get(id), id);
    }
    model.putArray("merges");
    return root;
  }

  private ObjectNode tokenizerConfig() {
    return mapper
        .createObjectNode()
        .put("tokenizer_class", "PreTrainedTokenizerFast")
        .put("pad_token", vocabulary.get(0))
        .put("bos_token", vocabulary.get(1))
        .put("eos_token", vocabulary.get(2))
        .put("clean_up_tokenization_spaces", false)
        .put("model_max_length", shape.maxPositions());
  }
}
