package dev.coppice.decoder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.coppice.decoder.sequence.Scorer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Compares drawn shapes of all families with transformers, in single and in double precision.
 *
 * <p>{@code make_golden.py --many N --seed S FOLDER} draws them; {@code COPPICE_GOLDEN} names the
 * folder.
 */
class ManyShapesGoldenTest {
  private static final double TOLERANCE = 2e-4;

  /** The bound of bf16, as a share of the largest logit. */
  private static final double BF16_SHARE = 0.05;

  @Test
  void shouldScoreDrawnShapesAsTransformersDoes() throws IOException {
    final String place = System.getenv("COPPICE_GOLDEN");
    assumeTrue(
        place != null,
        "skipped: COPPICE_GOLDEN names no folder of make_golden.py --many N --seed S FOLDER");
    final List<Path> folders;
    try (var all = Files.list(Path.of(place))) {
      folders =
          all.filter(folder -> Files.exists(folder.resolve("expected.json"))).sorted().toList();
    }

    final List<String> misses = new ArrayList<>();
    for (final Path folder : folders) {
      final JsonNode expected =
          new ObjectMapper().readTree(folder.resolve("expected.json").toFile());
      final double[] ours = score(folder, expected, "f32");
      final double[] half = score(folder, expected, "bf16");
      final double single = worst(expected.path("logprobs"), ours);
      final double exact = worst(expected.path("logprobs64"), ours);
      final double theirs = worst(expected.path("logprobs64"), doubles(expected.path("logprobs")));
      System.out.printf(
          "%s: to f32 %.1e, to f64 %.1e, transformers f32 to f64 %.1e, bf16 %.3f, logit %.0f%n",
          folder.getFileName(),
          single,
          exact,
          theirs,
          worst(expected.path("logprobs"), half),
          expected.path("largest_logit").asDouble());
      final double rough = worst(expected.path("logprobs"), half);
      if (rough > BF16_SHARE * expected.path("largest_logit").asDouble()) {
        misses.add(folder.getFileName() + " bf16 worst=" + rough);
      }
      if (single > TOLERANCE) {
        misses.add(folder.getFileName() + " worst=" + single + " f64=" + exact);
      }
    }

    assertTrue(!folders.isEmpty(), "folders=" + folders);
    assertEquals(List.of(), misses);
  }

  private static double[] score(final Path folder, final JsonNode expected, final String dtype) {
    final int[] tokens = new ObjectMapper().convertValue(expected.path("tokens"), int[].class);
    try (DecoderBackend backend =
        DecoderBackend.open(folder, DecoderSettings.defaults().withDtype(dtype))) {
      return Scorer.score(backend, tokens, 0).logprobs();
    }
  }

  private static double[] doubles(final JsonNode values) {
    final double[] all = new double[values.size()];
    for (int i = 1; i < all.length; i++) {
      all[i] = values.get(i).asDouble();
    }
    return all;
  }

  private static double worst(final JsonNode golden, final double[] scores) {
    double worst = 0;
    for (int i = 1; i < scores.length; i++) {
      worst = Math.max(worst, Math.abs(golden.get(i).asDouble() - scores[i]));
    }
    return worst;
  }
}
