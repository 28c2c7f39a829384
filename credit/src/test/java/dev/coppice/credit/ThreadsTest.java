package dev.coppice.credit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.coppice.credit.fixture.RandomTrees;
import dev.coppice.trajectory.TrajectoryGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class ThreadsTest {
  private static final int GROUPS = 48;

  private static int bits(final AdvantageEstimator estimator, final TrajectoryGroup group) {
    final GroupAdvantages advantages = estimator.estimate(group);
    int hash = 1;
    for (int t = 0; t < group.trees().size(); t++) {
      for (int n = 0; n < group.trees().get(t).nodes().size(); n++) {
        hash = 31 * hash + Double.hashCode(advantages.nodeValue(t, n));
        final float[] tokens = advantages.nodeAdvantages(t, n);
        for (int i = 0; tokens != null && i < tokens.length; i++) {
          hash = 31 * hash + Float.floatToRawIntBits(tokens[i]);
        }
      }
      for (int l = 0; l < group.trees().get(t).leaves().size(); l++) {
        hash = 31 * hash + Double.hashCode(advantages.leafAdvantage(t, l));
      }
    }
    return hash;
  }

  @Test
  void shouldGiveTheSameBitsOnOneToSixteenThreads()
      throws InterruptedException, ExecutionException {
    final List<TrajectoryGroup> groups = new ArrayList<>();
    for (long seed = 0; seed < GROUPS; seed++) {
      groups.add(RandomTrees.group(seed));
    }
    for (final String name : Estimators.names()) {
      final AdvantageEstimator estimator = Estimators.create(name, Map.of());
      final List<Callable<Integer>> work = new ArrayList<>();
      final List<Integer> alone = new ArrayList<>();
      for (final TrajectoryGroup group : groups) {
        work.add(() -> bits(estimator, group));
        alone.add(bits(estimator, group));
      }
      for (int threads = 1; threads <= 16; threads++) {
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
          final List<Future<Integer>> together = pool.invokeAll(work);
          for (int g = 0; g < GROUPS; g++) {
            assertEquals(alone.get(g), together.get(g).get(), name + " seed " + g);
          }
        }
      }
    }
  }
}
