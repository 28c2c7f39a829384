package dev.coppice.djl.decode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.coppice.djl.DjlBackend;
import dev.coppice.djl.DjlSettings;
import dev.coppice.djl.convert.RandomModel;
import dev.coppice.djl.files.ModelDimensions;
import dev.coppice.djl.files.TensorType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DecodeBenchTest {
  @TempDir Path folder;

  @Test
  void shouldReportEveryFieldOfTheFormatForBothArms() throws IOException {
    RandomModel.write(
        folder,
        RandomModel.llama(new ModelDimensions(32, 48, 1, 20, 200), 2, 1, true),
        TensorType.F32,
        1);
    try (DjlBackend backend = DjlBackend.open(folder, DjlSettings.defaults())) {
      final var cell = new DecodeBench.Cell(70, 40, 3);
      final var both = DecodeBench.measure(backend, cell, "f32", true);
      final var one = DecodeBench.measure(backend, new DecodeBench.Cell(64, 2, 1), "f32", false);

      final JsonNode json = new ObjectMapper().readTree(DecodeBench.json(List.of(both, one)));

      assertEquals(70, json.get(0).get("shared").asInt());
      assertEquals(3, json.get(0).get("batch").asInt());
      assertEquals(40, json.get(0).get("new").asInt());
      assertEquals("f32", json.get(0).get("dtype").asText());
      assertTrue(json.get(0).get("prefill_tps").asDouble() > 0);
      assertTrue(json.get(0).get("decode_tps").asDouble() > 0);
      assertTrue(json.get(0).get("unshared_decode_tps").asDouble() > 0);
      assertEquals((2 + 3 * 2) * backend.blockBytes(32), json.get(0).get("kv_bytes").asLong());
      assertFalse(json.get(1).has("unshared_decode_tps"));
      assertThrows(
          IllegalArgumentException.class,
          () -> DecodeBench.measure(backend, new DecodeBench.Cell(190, 20, 1), "f32", false));
    }
  }
}
