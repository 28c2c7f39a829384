package dev.coppice.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.core.Core;
import dev.coppice.core.Event;
import dev.coppice.core.State;
import dev.coppice.episode.EpisodePlan;
import dev.coppice.fixture.LetterTokenizer;
import dev.coppice.fixture.LetterWorld;
import dev.coppice.model.Draws;
import dev.coppice.rollout.BudgetConfig;
import dev.coppice.rollout.EngineConfig;
import dev.coppice.rollout.GroupRequest;
import dev.coppice.rollout.RolloutLimits;
import dev.coppice.rollout.WeightSwap;
import dev.coppice.scheduling.ChainPolicy;
import dev.coppice.trajectory.SamplingSettings;
import dev.coppice.trajectory.Task;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

/** Versions that come faster than prefill do not stop trees that recompute. */
final class SwitchPaceTest {
  private final State state =
      new State(
          new EngineConfig(
              "test",
              1,
              SamplingSettings.PLAIN,
              new RolloutLimits(64, 8, 256, 1_000_000_000L),
              BudgetConfig.trees(1),
              new EngineConfig.Capacity(1, 4, 1, 1, 64, 4, 0),
              new EngineConfig.Weights(WeightSwap.RECOMPUTE, 0, 2)),
          new State.World(
              new ChainPolicy(), new LetterTokenizer(), LetterWorld.calm(1).dialect(), 128));
  private long timeNs;

  private void apply(final Event event) {
    Core.step(state, event, new ArrayList<>());
  }

  /** Computes a batch of four tokens; answers whether a token was drawn from it. */
  private boolean pass() {
    apply(new Event.Tick(++timeNs));
    final Draws draws = new Draws();
    final int rows = state.batch().drawRows();
    for (int row = 0; row < rows; row++) {
      draws.beginRow(1.0f);
      draws.add(1, -1.0f);
    }
    apply(new Event.BatchDone(++timeNs, state.policyVersion(), draws));
    return rows > 0;
  }

  @Test
  void shouldWaitWithTheNextVersionUntilATokenWasSampled() {
    apply(
        new Event.GroupOffered(
            new GroupRequest("g0", 0, 0),
            new Task("t", "{}"),
            new int[] {1, 2, 3, 4, 5, 6, 7, 1, 2, 3},
            new EpisodePlan(0, 3),
            "s",
            null));
    assertFalse(pass());

    for (int version = 1; version < 5; version++) {
      assertTrue(state.maySwitchWeights(), "version=" + version);
      apply(new Event.WeightsSwapped(++timeNs, version));
      while (!pass()) {
        assertFalse(state.maySwitchWeights(), "version=" + version);
      }
    }
    assertEquals(4, state.counters().decoded);
  }
}
