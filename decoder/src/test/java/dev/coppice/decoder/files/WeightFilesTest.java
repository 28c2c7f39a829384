package dev.coppice.decoder.files;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.chat.files.ModelFileException;
import dev.coppice.decoder.DecoderBackend;
import dev.coppice.decoder.DecoderSettings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds what a folder is read as where it says two things, or something that cannot be computed. */
class WeightFilesTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden");

  @TempDir Path folder;

  /** One tensor to be written. */
  private record Stored(String type, List<Integer> shape, byte[] bytes) {
    static Stored floats(final List<Integer> shape, final float... values) {
      final ByteBuffer bytes =
          ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
      for (final float value : values) {
        bytes.putFloat(value);
      }
      return new Stored("F32", shape, bytes.array());
    }
  }

  private static void write(final Path file, final Map<String, Stored> tensors) throws IOException {
    final List<String> entries = new ArrayList<>();
    final ByteArrayOutputStream data = new ByteArrayOutputStream();
    for (final Map.Entry<String, Stored> one : new TreeMap<>(tensors).entrySet()) {
      final int begin = data.size();
      data.write(one.getValue().bytes());
      entries.add(
          "\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
              .formatted(
                  one.getKey(), one.getValue().type(), one.getValue().shape(), begin, data.size()));
    }
    final byte[] header = ("{" + String.join(",", entries) + "}").getBytes(StandardCharsets.UTF_8);
    final ByteBuffer all =
        ByteBuffer.allocate(8 + header.length + data.size()).order(ByteOrder.LITTLE_ENDIAN);
    Files.write(file, all.putLong(header.length).put(header).put(data.toByteArray()).array());
  }

  @Test
  void shouldReadTheSingleFileWhereShardsWereLeftOver() throws IOException {
    write(folder.resolve("model.safetensors"), Map.of("w", Stored.floats(List.of(2), 1, 2)));
    write(folder.resolve("old.safetensors"), Map.of("w", Stored.floats(List.of(2), 8, 9)));
    Files.writeString(
        folder.resolve("model.safetensors.index.json"),
        "{\"weight_map\":{\"w\":\"old.safetensors\"}}");

    try (WeightFiles files = WeightFiles.open(folder)) {
      assertArrayEquals(new float[] {1, 2}, files.floats("w", 2));
    }
  }

  @Test
  void shouldRefuseAWeightThatIsNotFinite() throws IOException {
    for (final float wrong : new float[] {Float.NaN, Float.NEGATIVE_INFINITY}) {
      write(folder.resolve("model.safetensors"), Map.of("w", Stored.floats(List.of(2), 1, wrong)));
      try (WeightFiles files = WeightFiles.open(folder)) {
        final var e = assertThrows(ModelFileException.class, () -> files.floats("w", 2));
        assertTrue(e.getMessage().contains("tensor w holds " + wrong + " at 1"), e.getMessage());
      }
    }
  }

  @Test
  void shouldPassOverATensorOfAnotherTypeUntilItIsAskedFor() throws IOException {
    write(
        folder.resolve("model.safetensors"),
        Map.of(
            "mask",
            new Stored("BOOL", List.of(4), new byte[4]),
            "w",
            Stored.floats(List.of(1), 3)));

    try (WeightFiles files = WeightFiles.open(folder)) {
      assertArrayEquals(new float[] {3}, files.floats("w", 1));
      files.requireAllUsed();
      final var e = assertThrows(ModelFileException.class, () -> files.floats("mask", 4));
      assertTrue(e.getMessage().contains("tensor mask: dtype 'BOOL'"), e.getMessage());
    }
  }

  @Test
  void shouldRefuseABiasThatTheConfigurationDoesNotKnow() throws IOException {
    changed("llama", "model.layers.1.self_attn.q_proj.bias", Stored.floats(List.of(1), 1));

    assertRefused("tensor model.layers.1.self_attn.q_proj.bias would be left out");
  }

  @Test
  void shouldRefuseAHeadOfItsOwnWhereItIsSaidToBeTied() throws IOException {
    final ModelDimensions sizes = ModelConfig.read(GOLDEN.resolve("smollm2")).dimensions();
    final List<Integer> shape = List.of(sizes.vocabularySize(), sizes.hiddenSize());
    final float[] zeros = new float[sizes.vocabularySize() * sizes.hiddenSize()];
    changed("smollm2", "lm_head.weight", Stored.floats(shape, zeros));

    assertRefused("tensor lm_head.weight differs from model.embed_tokens.weight");
  }

  private void assertRefused(final String what) {
    final var e =
        assertThrows(
            ModelFileException.class,
            () -> DecoderBackend.open(folder, DecoderSettings.defaults()).close());
    assertTrue(e.getMessage().contains(what), e.getMessage());
  }

  /** Copies a golden model with one tensor more, as f32. */
  private void changed(final String name, final String tensor, final Stored value)
      throws IOException {
    final Path golden = GOLDEN.resolve(name);
    Files.copy(golden.resolve("config.json"), folder.resolve("config.json"));
    final Map<String, Stored> tensors = new TreeMap<>(Map.of(tensor, value));
    try (WeightFiles files = WeightFiles.open(golden);
        SafetensorsReader reader = SafetensorsReader.open(golden.resolve("model.safetensors"))) {
      for (final String one : reader.names()) {
        final List<Integer> shape = new ArrayList<>();
        for (final long dimension : reader.shape(one)) {
          shape.add((int) dimension);
        }
        tensors.put(one, Stored.floats(shape, files.floats(one, reader.shape(one))));
      }
    }
    write(folder.resolve("model.safetensors"), tensors);
  }
}
