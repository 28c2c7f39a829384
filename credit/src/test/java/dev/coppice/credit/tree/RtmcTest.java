package dev.coppice.credit.tree;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.coppice.credit.Estimators;
import dev.coppice.credit.GroupAdvantages;
import dev.coppice.credit.fixture.TreeScript;
import dev.coppice.trajectory.TrajectoryGroup;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RtmcTest {
  /** Two branches reach the state "m" by different actions, a third another one. */
  private static TrajectoryGroup group() {
    final TreeScript script = new TreeScript(0, "s");
    final int a = script.step(0, "m", 0.0);
    script.leaf(script.action(a, 1), 1.0);
    final int b = script.step(0, "m", 0.0);
    script.leaf(script.action(b, 2), 0.0);
    final int c = script.step(0, "n", 0.0);
    script.leaf(script.action(c, 3), 0.5);
    return script.group();
  }

  @Test
  void shouldMergeEqualStatesOfDifferentBranches() {
    final GroupAdvantages got = Estimators.create("rtmc", Map.of()).estimate(group());

    // From "m" one action of one token was worth 1, one of two tokens 0; "n" has one action alone.
    assertEquals(0.5, got.nodeValue(0, 2), 1e-12);
    assertEquals(-0.5, got.nodeValue(0, 4), 1e-12);
    assertEquals(0.0, got.nodeValue(0, 6), 1e-12);
    // The first steps have equal tokens: one action of the prompt's state.
    assertEquals(0.0, got.nodeValue(0, 1), 1e-12);
  }

  @Test
  void shouldShrinkWhatWasTakenSeldom() {
    final GroupAdvantages got = Estimators.create("rtmc", Map.of("prior", "3")).estimate(group());

    assertEquals(0.5 / 4, got.nodeValue(0, 2), 1e-12);
  }
}
