package dev.coppice.environments.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.environments.user.RecitingUser;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorldModeFaultsTest {
  private static WorldMode mode(final List<String> faults) {
    return new WorldMode(WorldMode.Kind.FAULT, null, faults, 1, null, new RecitingUser());
  }

  /** Refused when it is read, not when the first tool is called. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "eror:0.05 | kinds",
        "ERROR:0.05 | kinds",
        "none:0.05 | kinds",
        "error | KIND:SHARE",
        "error: | KIND:SHARE",
        "error:x | KIND:SHARE",
        "error:0.05:0.1 | KIND:SHARE",
        "error:NaN | between 0 and 1",
        "error:-0.1 | between 0 and 1",
        "error:1.5 | between 0 and 1",
        "error:0.1;error:0.2 | twice",
        "error:0.6;timeout:0.6 | exceed 1"
      })
  void shouldRefuseWhatIsNoFaultAndItsShare(final String faults, final String why) {
    final IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class, () -> mode(List.of(faults.strip().split(";"))));

    assertTrue(refused.getMessage().contains(why), refused.getMessage());
    assertTrue(refused.getMessage().contains("world.faults"), refused.getMessage());
  }

  @Test
  void shouldTakeEveryKindOnce() {
    final List<String> all =
        List.of("error:0.2", "malformed:0.2", "oversize:0.2", "silence:0.2", "timeout: 0.2");

    assertEquals(all, mode(all).faults());
  }
}
