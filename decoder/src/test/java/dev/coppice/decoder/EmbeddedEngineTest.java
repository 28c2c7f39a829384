package dev.coppice.decoder;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.model.RunnerPlug;
import dev.coppice.plug.PlugOptions;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EmbeddedEngineTest {
  private final EmbeddedEngine engine = new EmbeddedEngine();

  private void check(final Map<String, Object> values) {
    engine.check(PlugOptions.of(RunnerPlug.KIND, engine, values));
  }

  private void refused(final Map<String, Object> values, final String named) {
    final String message =
        assertThrows(IllegalArgumentException.class, () -> check(values)).getMessage();
    assertTrue(message.contains(named), message);
  }

  @Test
  void shouldRefuseSettingsThatContradictEachOther() {
    refused(Map.of("bf16-inputs", "exact"), "bf16-inputs is for dtype = bf16");
    refused(Map.of("dtype", "bf16", "bf16-inputs", "some"), "bf16-inputs");
    refused(Map.of("kv-dtype", "bf16"), "kv-dtype");
    refused(Map.of("lora", "a,b"), "several side by side in one process are not supported");

    assertDoesNotThrow(() -> check(Map.of("dtype", "bf16", "bf16-inputs", "exact")));
    assertDoesNotThrow(() -> check(Map.of("kv-dtype", "f16", "lora", "a")));
  }
}
