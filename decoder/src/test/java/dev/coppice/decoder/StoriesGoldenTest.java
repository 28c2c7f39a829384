package dev.coppice.decoder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.coppice.chat.tokenizer.ModelTokenizer;
import dev.coppice.decoder.convert.Llama2cConverter;
import dev.coppice.decoder.sampling.Sampler;
import dev.coppice.decoder.sequence.Generator;
import dev.coppice.fixture.SharedData;
import dev.coppice.model.SequenceModel;
import dev.coppice.trajectory.SamplingSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checks a converted public model against what llama2.c prints for it. */
class StoriesGoldenTest {
  @TempDir Path folder;
  private int[] goldenTokens;
  private String goldenText;

  @BeforeEach
  void convert() throws IOException {
    final Path data = SharedData.find("data/stories260K");
    Llama2cConverter.convert(data.resolve("stories260K.bin"), data.resolve("tok512.bin"), folder);
    final String ids =
        Files.readString(data.resolve("golden_greedy_token_ids.txt")).split("achieved")[0];
    goldenTokens = Arrays.stream(ids.trim().split("\\s+")).mapToInt(Integer::parseInt).toArray();
    goldenText = Files.readString(data.resolve("golden_greedy.txt"));
  }

  @Test
  void shouldReproduceTheGreedyTextOfLlama2cTokenByToken() {
    try (DecoderBackend backend = DecoderBackend.open(folder, DecoderSettings.defaults())) {
      final SequenceModel.Plan plan =
          new SequenceModel.Plan(goldenTokens.length, SamplingSettings.GREEDY, 0, token -> false);

      final SequenceModel.Continuation out =
          Generator.generate(backend, new Sampler(plan.sampling(), 0), new int[] {1}, plan);

      assertArrayEquals(goldenTokens, out.tokens());
    }
  }

  @Test
  void shouldEncodeAndDecodeAsLlama2cDoes() {
    try (ModelTokenizer tokenizer = ModelTokenizer.open(folder)) {
      assertArrayEquals(goldenTokens, tokenizer.encode(goldenText.strip()));
      assertEquals(goldenText.strip(), tokenizer.decode(goldenTokens).strip());
      assertEquals(512, tokenizer.vocabularySize());
      assertEquals(1, tokenizer.beginToken());
      assertEquals(1, tokenizer.endToken());
      assertEquals(
          " upon a time", tokenizer.piece(407) + tokenizer.piece(261) + tokenizer.piece(378));
    }
  }
}
