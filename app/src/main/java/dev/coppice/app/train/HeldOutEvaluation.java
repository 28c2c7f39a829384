package dev.coppice.app.train;

import dev.coppice.app.config.RunConfig;
import dev.coppice.app.mode.TaskRequests;
import dev.coppice.app.run.RunResources;
import dev.coppice.environments.Environments;
import dev.coppice.environments.record.WorldMode;
import dev.coppice.episode.Environment;
import dev.coppice.scheduling.ChainPolicy;
import dev.coppice.trajectory.SamplingSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Plays held-out problems with given weights at temperature 1, 0.6 and greedily.
 *
 * @param config of the run, whose environment is played on its held-out split.
 */
record HeldOutEvaluation(RunConfig config) {
  private static final long SEED = 9_000;
  private static final int SAMPLES = 8;

  List<HeldOutScore> scores(Path weights) throws InterruptedException {
    int problems = config.train().evaluationProblems();
    List<HeldOutScore> scores = new ArrayList<>();
    try (Environment environment =
            Environments.create(
                TaskRequests.heldOut(config, problems, SEED),
                WorldMode.REAL,
                RunResources.conversations(config));
        LocalRollouts rollouts = new LocalRollouts(weights, environment)) {
      for (final double temperature : new double[] {1.0, 0.6, 0.0}) {
        final int samples = temperature == 0 ? 1 : SAMPLES;
        final LocalRollouts.Shape shape =
            new LocalRollouts.Shape(
                new ChainPolicy(), samples, new SamplingSettings(temperature, 1.0, 0, 0.0));
        scores.add(HeldOutScore.of(temperature, rollouts.grow(shape, 0, problems, SEED).groups()));
      }
    }
    return scores;
  }
}
