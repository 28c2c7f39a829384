package dev.coppice.bench.decode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.coppice.decoder.DecoderBackend;
import dev.coppice.decoder.DecoderSettings;
import dev.coppice.decoder.convert.RandomModel;
import dev.coppice.decoder.files.ModelDimensions;
import dev.coppice.decoder.files.TensorType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DecodeBenchTest {
  private static final DecoderSettings SETTINGS = DecoderSettings.defaults();

  @TempDir Path folder;
  private DecoderBackend backend;

  @BeforeEach
  void open() throws IOException {
    RandomModel.write(
        folder,
        RandomModel.llama(new ModelDimensions(32, 48, 1, 20, 400), 2, 1, true),
        TensorType.F32,
        1);
    backend = DecoderBackend.open(folder, SETTINGS);
  }

  @AfterEach
  void close() {
    backend.close();
  }

  private JsonNode measured(final BenchCell cell, final BenchArms arms) throws IOException {
    final BenchResult result = DecodeBench.measure(backend, cell, arms, SETTINGS);
    return new ObjectMapper().readTree(BenchResult.json(List.of(result))).get(0);
  }

  @Test
  void shouldReportEveryFieldOfTheFormatForBothArms() throws IOException {
    final JsonNode json = measured(new BenchCell(70, 40, 3), new BenchArms(true, false, false, 2));

    assertEquals(70, json.get("shared").asInt());
    assertEquals(3, json.get("batch").asInt());
    assertEquals(40, json.get("new").asInt());
    assertEquals("f32", json.get("dtype").asText());
    assertTrue(json.get("prefill_tps").asDouble() > 0);
    assertTrue(json.get("decode_tps").asDouble() > 0);
    assertTrue(json.get("unshared_decode_tps").asDouble() > 0);
    assertEquals((5 + 3 * 3) * backend.blockBytes(16), json.get("kv_bytes").asLong());
  }

  @Test
  void shouldLeaveOutWhatWasNotAskedFor() throws IOException {
    final JsonNode json = measured(new BenchCell(64, 2, 1), BenchArms.once());

    assertFalse(json.has("unshared_decode_tps"));
    assertFalse(json.has("plain_decode_tps"));
    assertFalse(json.has("job_seconds"));
  }

  @Test
  void shouldTimeWholeJobsAndAForeignLoadOnRequest() throws IOException {
    final JsonNode json = measured(new BenchCell(64, 4, 4), new BenchArms(false, true, true, 1));

    assertTrue(json.get("job_seconds").asDouble() > 0);
    assertTrue(json.get("unshared_job_seconds").asDouble() > 0);
    assertTrue(json.get("contended_decode_tps").asDouble() > 0);
  }

  @Test
  void shouldCompareEveryLayoutWithItsPlainOne() throws IOException {
    for (final BenchLayout layout : new BenchLayout[] {BenchLayout.LEVELS, BenchLayout.RAGGED}) {
      final JsonNode json = measured(new BenchCell(96, 9, 32, layout), BenchArms.once());

      assertTrue(json.get("plain_decode_tps").asDouble() > 0, layout.name());
    }
    // One level holds 6 blocks, three levels of 1, 4 and 16 segments hold 42.
    final JsonNode levels =
        measured(new BenchCell(96, 9, 32, BenchLayout.LEVELS), BenchArms.once());
    assertEquals((42 + 32) * backend.blockBytes(16), levels.get("kv_bytes").asLong());
  }

  @Test
  void shouldRefuseBranchesThatExceedTheContext() {
    final BenchCell cell = new BenchCell(390, 20, 1);

    assertThrows(
        IllegalArgumentException.class,
        () -> DecodeBench.measure(backend, cell, BenchArms.once(), SETTINGS));
  }
}
