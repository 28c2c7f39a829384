package dev.coppice.decoder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.coppice.chat.files.ModelFileException;
import dev.coppice.decoder.sequence.Scorer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Compares GGUF files and adapters with what transformers and PEFT compute for the same weights. */
class GgufGoldenTest {
  private static final double TOLERANCE = 2e-4;
  private static final Path GOLDEN = Path.of("src/test/resources/golden");
  private static final Path GGUF = Path.of("src/test/resources/gguf");

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"llama", "llama3-rope", "llama-linear-rope", "smollm2", "qwen2", "qwen3"})
  void shouldScoreAGgufFileAsTransformersScoresTheFolder(final String name) throws IOException {
    final double worst =
        worst(GGUF.resolve(name + ".gguf"), null, GOLDEN.resolve(name).resolve("expected.json"));

    System.out.printf("%s.gguf: largest difference %.2e%n", name, worst);
    assertTrue(worst <= TOLERANCE, name + " worst=" + worst);
  }

  @ParameterizedTest
  @CsvSource({"llama, lora-llama", "qwen2, rslora-qwen2"})
  void shouldScoreWithAnAdapterMergedAsPeftMergesIt(final String name, final String lora)
      throws IOException {
    final Path adapter = GGUF.resolve(lora);
    final Path expected = adapter.resolve("expected.json");
    final double worst = worst(GOLDEN.resolve(name), adapter, expected);
    final double without = worst(GOLDEN.resolve(name), null, expected);

    System.out.printf("%s: largest difference %.2e, without %.2e%n", lora, worst, without);
    assertTrue(worst <= TOLERANCE, lora + " worst=" + worst);
    assertTrue(without > 100 * TOLERANCE, "the adapter changes nothing: " + without);
    assertTrue(worst(GGUF.resolve(name + ".gguf"), adapter, expected) <= TOLERANCE, name);
  }

  @Test
  void shouldRefuseAnAdapterOfAnotherModelOrKind() throws IOException {
    final Path model = GOLDEN.resolve("qwen3");
    final Path adapter = GGUF.resolve("lora-llama");
    final var e =
        assertThrows(
            ModelFileException.class,
            () -> DecoderBackend.open(model, adapter, DecoderSettings.defaults()));
    assertTrue(e.getMessage().contains("lora_B.weight must have shape [96, 3]"), e.getMessage());

    for (final String change :
        new String[] {
          "\"use_dora\": true", "\"rank_pattern\": {\"q_proj\": 9}", "\"bias\": \"all\""
        }) {
      final String key = change.substring(0, change.indexOf(':'));
      final String text =
          Files.readString(adapter.resolve("adapter_config.json"))
              .replaceAll(key + ": [^,\\n]*", change);
      Files.writeString(folder.resolve("adapter_config.json"), text);
      final var refused =
          assertThrows(
              ModelFileException.class,
              () ->
                  DecoderBackend.open(GOLDEN.resolve("llama"), folder, DecoderSettings.defaults()));
      assertTrue(refused.getMessage().contains(key.replace("\"", "") + " "), refused.getMessage());
    }
  }

  private static double worst(final Path model, final Path lora, final Path expectedFile)
      throws IOException {
    final JsonNode expected = new ObjectMapper().readTree(expectedFile.toFile());
    final int[] tokens = new ObjectMapper().convertValue(expected.path("tokens"), int[].class);
    try (DecoderBackend backend = DecoderBackend.open(model, lora, DecoderSettings.defaults())) {
      final double[] scores = Scorer.score(backend, tokens, 0).logprobs();
      assertEquals(expected.path("logprobs").size(), scores.length);
      double worst = 0;
      for (int i = 1; i < tokens.length; i++) {
        worst = Math.max(worst, Math.abs(expected.path("logprobs").get(i).asDouble() - scores[i]));
      }
      return worst;
    }
  }
}
