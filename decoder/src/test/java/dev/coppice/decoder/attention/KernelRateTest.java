package dev.coppice.decoder.attention;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.decoder.kernel.AttentionKernels;
import dev.coppice.decoder.kernel.MachineRate;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class KernelRateTest {
  @Test
  void shouldMeasureOncePerProcess() {
    final KernelRate rate = KernelRate.ofProcess();

    assertSame(rate, KernelRate.ofProcess());
    assertTrue(rate.attentionGflops() > 0, rate.text());
    assertTrue(rate.peakGflops() > 0, rate.text());
  }

  @Test
  void shouldFindNoKernelFasterThanRegistersWhereCodeIsOurOwn() {
    Assumptions.assumeTrue(AttentionKernels.open() != null, "no machine code on this machine");

    // Another process may slow one of them down for a moment: the best of some tries counts.
    KernelRate best = KernelRate.check();
    for (int i = 0; i < 20 && !plausible(best); i++) {
      best = KernelRate.check();
    }

    assertTrue(plausible(best), best.text());
  }

  private static boolean plausible(final KernelRate rate) {
    return rate.attentionGflops() <= rate.peakGflops()
        && rate.linearGflops() <= rate.peakGflops()
        && rate.good();
  }

  @Test
  void shouldSayWhichProcessIsFarBelowTheMachine() {
    assertTrue(new KernelRate(140, 150, 180).good());
    assertEquals("linear 150, attention 140 of 180 GFLOP/s", new KernelRate(140, 150, 180).text());
    assertEquals("attention 90 of 120 GFLOP/s", new KernelRate(90, 0, 120).text());
    for (final KernelRate slow :
        new KernelRate[] {new KernelRate(50, 150, 180), new KernelRate(140, 50, 180)}) {
      assertFalse(slow.good());
      assertTrue(slow.text().contains("far below what the machine can do"), slow.text());
    }
  }

  @Test
  void shouldKeepTheBestOfManyRounds() {
    final int[] rounds = {0};

    final double rate =
        MachineRate.best(
            1e6,
            0,
            () -> {
              rounds[0]++;
            });

    assertEquals(3, rounds[0]);
    assertTrue(rate > 0);
  }
}
