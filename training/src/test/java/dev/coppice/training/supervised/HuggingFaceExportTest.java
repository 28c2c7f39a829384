package dev.coppice.training.supervised;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.coppice.decoder.files.ModelConfig;
import dev.coppice.decoder.files.RopeSettings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HuggingFaceExportTest {
  private static final List<String> VOCABULARY =
      List.of("<pad>", "<bos>", "<eos>", "<call>", "</call>", "8", "*", "3", " ", "\n", "o");
  private static final LlamaShape SHAPE =
      new LlamaShape(11, 16, 2, 4, 2, 24, 64, RopeSettings.plain(10_000, 64), 1e-5);

  @TempDir Path folder;

  @Test
  void shouldWriteATokenizerThatGivesBackTheTextExactly() throws IOException {
    export();

    try (HuggingFaceTokenizer tokenizer =
        HuggingFaceTokenizer.builder()
            .optTokenizerPath(folder.resolve("tokenizer.json"))
            .optAddSpecialTokens(false)
            .build()) {
      final String text = "<bos>8 8 3\n<call>8*3</call>  o \n\n88";
      final long[] ids = tokenizer.encode(text).getIds();

      assertArrayEquals(
          new long[] {1, 5, 8, 5, 8, 7, 9, 3, 5, 6, 7, 4, 8, 8, 10, 8, 9, 9, 5, 5}, ids);
      assertEquals(text, tokenizer.decode(ids, false));
    }
  }

  @Test
  void shouldWriteEveryTensorWhereTheHeaderSaysItIs() throws IOException {
    final List<TrainedPolicy.Tensor> tensors = export();

    final ByteBuffer file =
        ByteBuffer.wrap(Files.readAllBytes(folder.resolve("model.safetensors")))
            .order(ByteOrder.LITTLE_ENDIAN);
    final byte[] header = new byte[(int) file.getLong()];
    file.get(header);
    final JsonNode root = new ObjectMapper().readTree(new String(header, StandardCharsets.UTF_8));
    final int data = file.position();
    assertEquals(0, data % 8);
    assertEquals(tensors.size() + 1, root.size());
    int end = data;
    for (final TrainedPolicy.Tensor tensor : tensors) {
      final JsonNode node = root.get(tensor.name());
      assertEquals("F32", node.get("dtype").asText());
      assertEquals(end, data + node.get("data_offsets").get(0).asInt(), tensor.name());
      end = data + node.get("data_offsets").get(1).asInt();
      final float[] values = new float[tensor.values().length];
      file.position(data + node.get("data_offsets").get(0).asInt()).asFloatBuffer();
      file.asFloatBuffer().get(values);
      assertArrayEquals(tensor.values(), values, tensor.name());
    }
    assertEquals(file.capacity(), end);
    assertEquals(8, root.get("model.layers.1.self_attn.k_proj.weight").get("shape").get(0).asInt());
  }

  @Test
  void shouldDescribeTheModelInTheConfiguration() throws IOException {
    export();

    final JsonNode config = new ObjectMapper().readTree(folder.resolve("config.json").toFile());
    assertEquals("LlamaForCausalLM", config.get("architectures").get(0).asText());
    assertEquals(true, config.get("tie_word_embeddings").asBoolean());
    assertEquals(2, config.get("num_key_value_heads").asInt());
    assertEquals(64, config.get("max_position_embeddings").asInt());
  }

  @Test
  void shouldReadBackWhatItWrote() throws IOException {
    final List<TrainedPolicy.Tensor> written = export();

    try (TrainedPolicy policy = TrainedPolicy.open(folder)) {
      final List<TrainedPolicy.Tensor> read = policy.tensors();
      assertEquals(SHAPE.parameters(), policy.shape().parameters());
      for (int i = 0; i < written.size(); i++) {
        assertEquals(written.get(i).name(), read.get(i).name());
        assertArrayEquals(written.get(i).values(), read.get(i).values(), read.get(i).name());
      }
    }
  }

  @Test
  void shouldTurnPositionsAsTheDecoderDoesWhereTheyAreScaled() throws IOException {
    for (final RopeSettings rope :
        List.of(
            RopeSettings.plain(10_000, 64),
            new RopeSettings("linear", 10_000.0, 4, RopeSettings.Band.DEFAULT, 64, List.of()),
            new RopeSettings("llama3", 10_000.0, 8, RopeSettings.Band.DEFAULT, 16, List.of()))) {
      final LlamaShape shape = new LlamaShape(11, 16, 2, 4, 2, 24, 64, rope, 1e-5);
      try (SupervisedTrainer trainer =
          new SupervisedTrainer(shape, TrainerSettings.tiny(1, 5), (i, p) -> null)) {
        new HuggingFaceExport(trainer.policy(), VOCABULARY, 5).write(folder);
      }

      final LlamaShape read = LlamaShape.read(folder);
      final RopeSettings decoders = ModelConfig.read(folder).rope();
      assertEquals(decoders, read.rope());
      assertEquals(rope.type(), decoders.type());
      try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
        final float[] cosines =
            new RotaryTables(read).cosAt(manager, new int[] {63}, 1).toFloatArray();
        final float[] frequencies = decoders.inverseFrequencies(read.headSize());
        for (int i = 0; i < cosines.length; i++) {
          final double angle = 63.0 * frequencies[i % frequencies.length];
          assertEquals(Math.cos(angle), cosines[i], 1e-5, rope + " i=" + i);
        }
      }
    }
  }

  private List<TrainedPolicy.Tensor> export() throws IOException {
    try (SupervisedTrainer trainer =
        new SupervisedTrainer(SHAPE, TrainerSettings.tiny(1, 5), (i, p) -> null)) {
      new HuggingFaceExport(trainer.policy(), VOCABULARY, 5).write(folder);
      return trainer.policy().tensors();
    }
  }
}
