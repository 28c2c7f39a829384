package dev.coppice.app.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Lets a slow trainer hold an engine of 512 MB back and looks at the memory.
 *
 * <p>How long: {@code -Dcoppice.soak.minutes=60}. A short run only finds what rises for sure.
 */
class BridgeSoakTest {
  private static final int MINUTES = Integer.getInteger("coppice.soak.minutes", 5);
  private static final int DECIDABLE_MINUTES = 30;

  @TempDir private Path folder;

  @Test
  @Tag("slow")
  void shouldKeepMemoryFlatWhileTheTrainerIsSlow() throws Exception {
    final Map<String, String> verdicts = new BridgeSoak(MINUTES, 200, folder).run();

    assertEquals("flat", verdicts.get("disk_mib"), verdicts.toString());
    assertFalse(
        MINUTES >= DECIDABLE_MINUTES && verdicts.values().stream().anyMatch(v -> !v.equals("flat")),
        verdicts.toString());
  }

  @Test
  void shouldTellARiseFromNoise() {
    final double[] hours = {0, 0.1, 0.2, 0.3, 0.4, 0.5};

    assertEquals("flat", Slope.of(hours, new double[] {5, 5.1, 5, 5.1, 5, 5.1}).verdict(1));
    assertEquals("rising", Slope.of(hours, new double[] {5, 6, 7, 8, 9, 10}).verdict(1));
    assertEquals("undecided", Slope.of(hours, new double[] {5, 9, 4, 6, 9, 2}).verdict(1));
  }
}
