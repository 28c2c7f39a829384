package dev.coppice.training.policy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.coppice.chat.documents.ModelDocuments;
import dev.coppice.decoder.files.ModelConfig;
import dev.coppice.decoder.files.WeightFiles;
import dev.coppice.training.supervised.TrainedPolicy;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PolicyFolderTest {
  private static final Path GGUF = Path.of("../decoder/src/test/resources/gguf/smollm2.gguf");

  @TempDir Path folder;

  @Test
  void shouldWriteAFolderOfTheSameModelAsTheGgufFileItBeganWith() throws IOException {
    try (TrainedPolicy policy = TrainedPolicy.open(GGUF)) {
      PolicyFolder.write(policy, GGUF, folder);
    }

    final ModelConfig config = ModelConfig.read(GGUF);
    assertEquals(config, ModelConfig.read(folder));
    final ModelDocuments source = ModelDocuments.of(GGUF);
    for (final String name : new String[] {"tokenizer.json", "tokenizer_config.json"}) {
      assertArrayEquals(source.bytes(name), ModelDocuments.of(folder).bytes(name), name);
    }
    final long[] shape = {config.dimensions().vocabularySize(), config.dimensions().hiddenSize()};
    try (WeightFiles begun = WeightFiles.open(GGUF);
        WeightFiles written = WeightFiles.open(folder)) {
      final String embedding = "model.embed_tokens.weight";
      assertArrayEquals(begun.floats(embedding, shape), written.floats(embedding, shape));
      final String query = "model.layers.0.self_attn.q_proj.weight";
      final long[] square = {config.attention().queryWidth(), config.dimensions().hiddenSize()};
      assertArrayEquals(begun.floats(query, square), written.floats(query, square));
    }
  }
}
