package dev.coppice.decoder.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.coppice.chat.files.ModelFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelConfigTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String LLAMA =
      """
      {"architectures":["LlamaForCausalLM"],"hidden_size":64,"intermediate_size":96,
       "num_hidden_layers":2,"num_attention_heads":4,"num_key_value_heads":2,"vocab_size":40,
       "max_position_embeddings":128,"rms_norm_eps":1e-5}
      """;

  @TempDir Path folder;

  private ModelConfig read(final String... changes) throws IOException {
    final ObjectNode json = (ObjectNode) JSON.readTree(LLAMA);
    for (int i = 0; i < changes.length; i += 2) {
      final JsonNode value = JSON.readTree(changes[i + 1]);
      json.set(changes[i], value);
    }
    Files.write(folder.resolve("config.json"), JSON.writeValueAsBytes(json));
    return ModelConfig.read(folder);
  }

  @Test
  void shouldReadALlamaWithItsDefaults() throws IOException {
    final ModelConfig config = read();

    assertEquals(new ModelDimensions(64, 96, 2, 40, 128), config.dimensions());
    assertEquals(new AttentionShape(4, 2, 16, false, false, false), config.attention());
    assertEquals(10000, config.rope().theta());
    assertEquals(
        2 * (64 * 128 + 64 * 64 + 3 * 64 * 96 + 128) + 2 * 64 * 40 + 64, config.parameters());
  }

  @Test
  void shouldKnowWhereTheFamiliesDiffer() throws IOException {
    assertTrue(read("architectures", "[\"Qwen2ForCausalLM\"]").attention().projectionBias());
    assertTrue(read("architectures", "[\"Qwen3ForCausalLM\"]").attention().queryKeyNorm());
    assertEquals(32, read("head_dim", "32").attention().headDim());
    final ModelConfig mistral =
        read("architectures", "[\"MistralForCausalLM\"]", "sliding_window", "50");
    assertEquals(50, mistral.dimensions().contextTokens());
  }

  @Test
  void shouldReadRopeSettingsOfBothGenerationsOfTransformers() throws IOException {
    final String scaling =
        "{\"rope_type\":\"llama3\",\"factor\":8.0,\"low_freq_factor\":1.0,"
            + "\"high_freq_factor\":4.0,\"original_max_position_embeddings\":64%s}";
    final RopeSettings before =
        read("rope_scaling", scaling.formatted(""), "rope_theta", "5e5").rope();
    final RopeSettings after =
        read("rope_parameters", scaling.formatted(",\"rope_theta\":5e5")).rope();

    assertEquals(
        new RopeSettings("llama3", 5e5, 8, RopeSettings.Band.DEFAULT, 64, List.of()), before);
    assertEquals(before, after);
    assertEquals(
        "linear", read("rope_scaling", "{\"type\":\"linear\",\"factor\":2}").rope().type());
  }

  @Test
  void shouldRefuseByNameWhatIsNotComputed() throws IOException {
    final String[][] cases = {
      {"architectures", "[\"GPT2LMHeadModel\"]", "GPT2LMHeadModel"},
      {"architectures", "null", "architectures"},
      {"hidden_act", "\"gelu\"", "hidden_act 'gelu'"},
      {"mlp_bias", "true", "mlp_bias"},
      {"partial_rotary_factor", "0.5", "partial_rotary_factor"},
      {"quantization_config", "{\"bits\":4}", "quantization_config"},
      {"rope_scaling", "{\"rope_type\":\"yarn\",\"factor\":2}", "'yarn'"},
      {"num_key_value_heads", "3", "num_key_value_heads 3"},
      {"num_attention_heads", "0", "num_attention_heads"},
      {"head_dim", "7", "head_dim 7 is odd"},
      {"hidden_size", "\"big\"", "hidden_size must be a whole number"},
      {"vocab_size", "null", "vocab_size"},
      {"tie_word_embeddings", "1", "tie_word_embeddings"},
      {"rms_norm_eps", "\"small\"", "rms_norm_eps"},
    };
    for (final String[] bad : cases) {
      final var e = assertThrows(ModelFileException.class, () -> read(bad[0], bad[1]), bad[0]);
      assertTrue(e.getMessage().contains(bad[2]), e.getMessage());
      assertTrue(e.getMessage().contains("config.json"), e.getMessage());
    }
  }

  @Test
  void shouldNameTheFolderThatIsMissing() {
    final Path absent = folder.resolve("absent");

    final var e = assertThrows(ModelFileException.class, () -> ModelConfig.read(absent));

    assertTrue(e.getMessage().contains(absent + ": there is no such model;"));
    assertThrows(ModelFileException.class, () -> ModelConfig.read(folder));
  }

  @Test
  void shouldRefuseRopeSettingsOfWhichAPartWouldNotCount() throws IOException {
    for (final String wrong :
        new String[] {
          "\"rope_parameters\":{\"rope_theta\":5.0},\"rope_scaling\":{\"type\":\"linear\",\"factor\":2}",
          "\"rope_parameters\":{\"full_attention\":{\"rope_theta\":1000000.0}}",
          "\"rope_scaling\":[1]"
        }) {
      Files.writeString(
          folder.resolve("config.json"),
          """
          {"architectures":["LlamaForCausalLM"],"hidden_size":8,"intermediate_size":8,
           "num_hidden_layers":1,"vocab_size":9,"num_attention_heads":2,
           "max_position_embeddings":16,%s}
          """
              .formatted(wrong));

      final var e = assertThrows(ModelFileException.class, () -> ModelConfig.read(folder));

      assertTrue(e.getMessage().contains("rope_"), e.getMessage());
    }
  }
}
