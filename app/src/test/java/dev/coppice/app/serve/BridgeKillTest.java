package dev.coppice.app.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills engine and trainer, real processes, and looks what became of acknowledged groups. */
class BridgeKillTest {
  private static final long SEED = 6;

  @TempDir private Path folder;

  @Test
  void shouldDeliverEveryGroupOnceWhenEngineOrTrainerAreKilledAFewTimes() throws Exception {
    kill(4, 1);
  }

  @Test
  @Tag("slow")
  void shouldDeliverEveryGroupOnceWhenEngineOrTrainerAreKilled200Times() throws Exception {
    kill(200, 10_000);
  }

  @Test
  @Tag("slow")
  void shouldEndEveryGroupInOneWayWhenEnginesAreKilledAndSegmentsDamaged() throws Exception {
    final BridgeKills.Outcome outcome = new BridgeKills(folder, SEED + 1, true).run(8, 200);

    assertEquals(0, outcome.lost(), "not in exactly one count of the ledger: " + outcome);
    assertEquals(0, outcome.changed(), "delivered with damaged tokens: " + outcome);
    assertEquals(0, outcome.twice(), "delivered again after its acknowledgement: " + outcome);
    assertTrue(outcome.quarantined() > 0, "no damage was found: " + outcome);
    for (final String empty : new String[] {"queued", "in_flight", "sealed", "offered"}) {
      assertTrue(outcome.ledger().contains("\"" + empty + "\" : 0"), outcome.ledger());
    }
  }

  private void kill(final int kills, final int least) throws Exception {
    final BridgeKills.Outcome outcome = new BridgeKills(folder, SEED, false).run(kills, least);

    assertEquals(0, outcome.twice(), "delivered again after its acknowledgement: " + outcome);
    assertEquals(0, outcome.changed(), "delivered again with other tokens: " + outcome);
    assertEquals(0, outcome.lost(), "lost: " + outcome);
    assertTrue(outcome.acknowledged() >= least, outcome.toString());
  }
}
