package dev.coppice.decoder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.coppice.chat.tokenizer.ModelTokenizer;
import dev.coppice.decoder.convert.Llama2cConverter;
import dev.coppice.decoder.sampling.Sampler;
import dev.coppice.decoder.sequence.Generator;
import dev.coppice.fixture.OwnData;
import dev.coppice.model.SequenceModel;
import dev.coppice.trajectory.SamplingSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Checks a converted checkpoint of our own against {@code own_llama2c.py}, which wrote it and
 * computed what greedy decoding gives.
 */
class OwnStoriesGoldenTest {
  @TempDir Path folder;

  @BeforeEach
  void convert() throws IOException {
    Llama2cConverter.convert(own("model.bin"), own("tokenizer.bin"), folder);
  }

  @Test
  void shouldReproduceTheGreedyTokensOfTheReference() throws IOException {
    final int[] golden = numbers("greedy_tokens.txt");
    try (DecoderBackend backend = DecoderBackend.open(folder, DecoderSettings.defaults())) {
      final SequenceModel.Plan plan =
          new SequenceModel.Plan(golden.length, SamplingSettings.GREEDY, 0, token -> false);

      final SequenceModel.Continuation out =
          Generator.generate(backend, new Sampler(plan.sampling(), 0), new int[] {1}, plan);

      assertEquals(40, golden.length);
      assertArrayEquals(golden, out.tokens());
    }
  }

  @Test
  void shouldEncodeAndDecodeAsTheReferenceDoes() throws IOException {
    final String text = Files.readString(own("text.txt")).strip();
    final int[] golden = numbers("text_tokens.txt");
    try (ModelTokenizer tokenizer = ModelTokenizer.open(folder)) {
      assertArrayEquals(golden, tokenizer.encode(text));
      assertEquals(text, tokenizer.decode(golden).strip());
      assertEquals(278, tokenizer.vocabularySize());
      assertEquals(1, tokenizer.beginToken());
      assertEquals(1, tokenizer.endToken());
      assertEquals(" the", tokenizer.piece(272));
    }
  }

  private static Path own(final String name) {
    return OwnData.find(DecoderBackend.class, "own/" + name);
  }

  private static int[] numbers(final String name) throws IOException {
    return Arrays.stream(Files.readString(own(name)).strip().split(" "))
        .mapToInt(Integer::parseInt)
        .toArray();
  }
}
