package dev.coppice.app.pretrain;

import dev.coppice.training.demonstration.Demonstration;
import dev.coppice.training.demonstration.Demonstrations;
import dev.coppice.training.demonstration.TaskKind;
import dev.coppice.training.supervised.DemonstrationSource;
import dev.coppice.training.supervised.TrainingSequence;
import java.util.SplittableRandom;

/**
 * Mixes the demonstrations of both tasks, first mostly {@code countdown}, at last about half.
 *
 * <p>{@code drawers} alone learns slowly, as few of its tokens are about numbers; the combining is
 * learned from {@code countdown} and carried over.
 *
 * @param seed of the mixture and of the demonstrations.
 * @param firstShare of {@code countdown} at the beginning of the run.
 * @param lastShare of {@code countdown} at its end, reached linearly.
 * @thread immutable, any thread
 */
record TaskMixture(long seed, double firstShare, double lastShare) implements DemonstrationSource {

  @Override
  public TrainingSequence sequence(final long index, final double progress) {
    final double share = firstShare + (lastShare - firstShare) * progress;
    final boolean countdown = new SplittableRandom(31 * seed + index).nextDouble() < share;
    final Demonstration demonstration =
        Demonstrations.demonstration(
            countdown ? TaskKind.COUNTDOWN : TaskKind.DRAWERS, seed, index);
    return new TrainingSequence(demonstration.tokens(), demonstration.lossWeights());
  }
}
