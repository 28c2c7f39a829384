package dev.coppice.decoder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.coppice.decoder.sequence.Scorer;
import dev.coppice.model.SequenceModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Compares every family with what transformers computes for the same weights. */
class FamilyGoldenTest {
  private static final double TOLERANCE = 2e-4;

  private static final double BF16_LARGEST = 0.5;
  private static final double BF16_MEAN = 0.08;

  static Stream<String> models() {
    return Stream.of(
        "llama",
        "llama3-rope",
        "llama-linear-rope",
        "llama-dynamic-rope",
        "smollm2",
        "mistral",
        "qwen2",
        "qwen3",
        "mistral-groups-of-3",
        "qwen2-groups-of-1",
        "qwen3-groups-of-3");
  }

  @ParameterizedTest
  @MethodSource("models")
  void shouldScoreAsTransformersDoes(final String name) throws IOException {
    final Path folder = Path.of("src/test/resources/golden", name);
    final JsonNode expected = new ObjectMapper().readTree(folder.resolve("expected.json").toFile());
    final JsonNode golden = expected.path("logprobs");
    final int[] tokens = new ObjectMapper().convertValue(expected.path("tokens"), int[].class);

    try (DecoderBackend backend = DecoderBackend.open(folder, DecoderSettings.defaults())) {
      final SequenceModel.Scores scores = Scorer.score(backend, tokens, 5);

      assertTrue(Double.isNaN(scores.logprobs()[0]));
      double worst = 0;
      for (int i = 1; i < tokens.length; i++) {
        worst = Math.max(worst, Math.abs(golden.get(i).asDouble() - scores.logprobs()[i]));
      }
      System.out.printf("%s: largest difference %.2e%n", name, worst);
      assertTrue(worst <= TOLERANCE, name + " worst=" + worst);
      final JsonNode top = expected.path("last_top");
      final int last = tokens.length - 1;
      for (int k = 0; k < 5; k++) {
        assertEquals(top.get(k).get(0).asInt(), scores.topTokens()[last][k], name);
        assertEquals(top.get(k).get(1).asDouble(), scores.topLogprobs()[last][k], TOLERANCE, name);
      }
      final float[] once = Sequences.all(backend, tokens, 16, tokens.length);
      final float[] cut = Sequences.all(backend, tokens, 7, 3);
      assertArrayEquals(DecoderExactnessTest.bits(once), DecoderExactnessTest.bits(cut), name);
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void shouldStayNearSinglePrecisionInBf16(final String name) throws IOException {
    final Path folder = Path.of("src/test/resources/golden", name);
    final JsonNode expected = new ObjectMapper().readTree(folder.resolve("expected.json").toFile());
    final int[] tokens = new ObjectMapper().convertValue(expected.path("tokens"), int[].class);

    try (DecoderBackend single = DecoderBackend.open(folder, DecoderSettings.defaults());
        DecoderBackend half =
            DecoderBackend.open(folder, DecoderSettings.defaults().withDtype("bf16"))) {
      final double[] exact = Scorer.score(single, tokens, 0).logprobs();
      final double[] rough = Scorer.score(half, tokens, 0).logprobs();

      double worst = 0;
      double sum = 0;
      for (int i = 1; i < tokens.length; i++) {
        worst = Math.max(worst, Math.abs(exact[i] - rough[i]));
        sum += Math.abs(exact[i] - rough[i]);
      }
      final double mean = sum / (tokens.length - 1);
      System.out.printf("%s bf16: largest %.3f mean %.4f%n", name, worst, mean);
      assertTrue(worst > 0, "bf16 was not used");
      assertTrue(worst <= BF16_LARGEST, name + " worst=" + worst);
      assertTrue(mean <= BF16_MEAN, name + " mean=" + mean);
    }
  }

  @ParameterizedTest
  @CsvSource({"torch, f32", "torch, bf16", "plain, f32", "plain, bf16"})
  void shouldScoreNearlyTheSameOnPyTorch(final String linears, final String dtype)
      throws IOException {
    for (final String name : models().toList()) {
      final Path folder = Path.of("src/test/resources/golden", name);
      final JsonNode expected =
          new ObjectMapper().readTree(folder.resolve("expected.json").toFile());
      final int[] tokens = new ObjectMapper().convertValue(expected.path("tokens"), int[].class);
      System.setProperty(LinearsChoice.PROPERTY, linears);
      try (DecoderBackend backend =
          DecoderBackend.open(folder, DecoderSettings.defaults().withDtype(dtype))) {
        final double[] scores = Scorer.score(backend, tokens, 0).logprobs();
        for (int i = 1; i < tokens.length; i++) {
          assertEquals(
              expected.path("logprobs").get(i).asDouble(),
              scores[i],
              dtype.equals("f32") ? TOLERANCE : BF16_LARGEST,
              name + " token " + i);
        }
      } finally {
        System.clearProperty(LinearsChoice.PROPERTY);
      }
    }
  }
}
