package dev.coppice.training.supervised;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import dev.coppice.chat.tokenizer.ModelTokenizer;
import dev.coppice.decoder.DecoderBackend;
import dev.coppice.decoder.DecoderSettings;
import dev.coppice.decoder.sequence.Scorer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ShippedPolicyTest {
  private static final long EIGHT_MEGABYTES = 8_000_000;
  private static final String EPISODE =
      "<bos>=29/5\n<call>open 1</call><obs>worth 3</obs><call>open 2</call><obs>empty</obs>"
          + "<call>open 3</call><obs>worth 12</obs><call>open 4</call><obs>worth 8</obs>"
          + "<call>open 5</call><obs>worth 5</obs>12 8 5 3=29\n<call>8*3</call><obs>24</obs>"
          + "24 12 5<call>24+5</call><obs>29</obs><answer>29</answer>";

  @Test
  void shouldGiveBackTheTextOfAnEpisodeExactly() {
    try (ModelTokenizer tokenizer = ModelTokenizer.open(folder())) {
      final int[] tokens = tokenizer.encode(EPISODE);

      assertEquals(EPISODE, tokenizer.decode(tokens));
      assertEquals(1, tokens[0]);
      assertEquals(8, tokens[tokens.length - 1]);
    }
  }

  @Test
  void shouldScoreAnEpisodeOnTheEngineAsTheTrainerDoes() {
    try (ModelTokenizer tokenizer = ModelTokenizer.open(folder());
        DecoderBackend backend =
            DecoderBackend.open(folder(), DecoderSettings.defaults().withThreads(1));
        TrainedPolicy policy = TrainedPolicy.open(folder());
        NDManager manager = NDManager.newBaseManager()) {
      final int[] tokens = tokenizer.encode(EPISODE);
      final double[] engine = Scorer.score(backend, tokens, 1).logprobs();

      final LlamaShape shape = policy.shape();
      final SequenceBatch batch =
          SequenceBatch.of(
              manager,
              List.of(new TrainingSequence(tokens, new float[tokens.length])),
              shape.vocabulary());
      final float[] trainer =
          new LlamaForward(shape)
              .logits(manager, policy.weights(), batch)
              .logSoftmax(-1)
              .toFloatArray();
      final double[] expected = new double[tokens.length - 1];
      for (int at = 0; at + 1 < tokens.length; at++) {
        expected[at] = trainer[at * shape.vocabulary() + tokens[at + 1]];
      }
      final int first = engine.length - expected.length;
      final double[] actual = Arrays.copyOfRange(engine, first, engine.length);
      assertArrayEquals(expected, actual, 1e-3);
    }
  }

  @Test
  void shouldBeSmallEnoughToShip() throws IOException {
    try (Stream<Path> files = Files.list(folder())) {
      final long bytes = files.mapToLong(file -> file.toFile().length()).sum();

      assertTrue(bytes < EIGHT_MEGABYTES, "bytes=" + bytes);
    }
  }

  private static Path folder() {
    Path at = Path.of("").toAbsolutePath();
    while (!Files.isDirectory(at.resolve("models/tiny-policy"))) {
      at = at.getParent();
    }
    return at.resolve("models/tiny-policy");
  }
}
