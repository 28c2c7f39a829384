package dev.coppice.app.outcome;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.coppice.app.TreeSamples;
import dev.coppice.app.TreeSamples.End;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OutcomesTest {
  private final Outcomes outcomes = new Outcomes();

  @Test
  void shouldCountEveryDrawOfAPath() {
    final TrajectoryTree tree =
        TreeSamples.tree("tree", "g0", 0, 5, List.of(new End("1", "1", 1), new End("2", "2", 0)));

    outcomes.add(TreeSamples.coalesced(tree, 3, 1));

    assertEquals(4, outcomes.draws());
    assertEquals(Map.of("completed", 4L), outcomes.statuses());
    assertEquals(Map.of("answer", 4L), outcomes.stops());
    assertEquals(Map.of("ok", 4L), outcomes.calls());
    assertEquals(Map.of("calculator", 4L), outcomes.tools());
    assertEquals(0, outcomes.callErrors());
    assertEquals(0, outcomes.truncated());
    assertEquals(0.75, outcomes.components().get("answer").mean(), 1e-12);
    assertEquals(15, outcomes.sampled().mean(), 1e-12);
    assertEquals(19, outcomes.context().most(), 1e-12);
  }
}
