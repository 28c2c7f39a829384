package dev.coppice.app.advantage;

import dev.coppice.credit.AdvantageEstimator;
import dev.coppice.credit.GroupAdvantages;
import dev.coppice.trajectory.TrajectoryGroup;
import java.util.List;

/** Fails as code does that nobody expects to fail. */
public final class BrokenEstimator implements AdvantageEstimator {
  @Override
  public String name() {
    return "broken";
  }

  @Override
  public GroupAdvantages estimate(final TrajectoryGroup group) {
    throw new StackOverflowError("too deep");
  }

  @Override
  public List<String> explain(final TrajectoryGroup group, final int tree, final int node) {
    return List.of();
  }
}
