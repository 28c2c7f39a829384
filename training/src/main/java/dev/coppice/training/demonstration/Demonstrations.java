package dev.coppice.training.demonstration;

import dev.coppice.environments.arithmetic.CountdownProblem;
import dev.coppice.environments.arithmetic.CountdownProblems;
import dev.coppice.environments.arithmetic.DrawersProblem;
import dev.coppice.environments.arithmetic.DrawersProblems;
import dev.coppice.environments.arithmetic.Split;
import java.util.SplittableRandom;

/**
 * Makes demonstrations of both tasks, on training problems only.
 *
 * <p>A demonstration depends on (kind, seed, index) only, so a run can be repeated and resumed.
 * {@code countdown} is played by {@link CountdownTeacher}. In {@code drawers} the drawers are opened
 * in their order (6 % swap two reads), the numbers are noted as a {@code countdown} prompt, and the
 * rest is {@code countdown}; the reading counts little in the loss, as it is long and soon learned.
 *
 * @thread stateless, any thread
 */
public final class Demonstrations {
  private static final double SWAPPED_READS = 0.06;
  private static final float READING_WEIGHT = 0.3f;
  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

  private Demonstrations() {}

  /**
   * Makes one demonstration.
   *
   * @param kind of task.
   * @param seed of the sequence of demonstrations.
   * @param index of the demonstration in that sequence.
   * @return tokens and loss weights, the same for the same arguments.
   */
  public static Demonstration demonstration(
      final TaskKind kind, final long seed, final long index) {
    final SplittableRandom random =
        new SplittableRandom(seed * GOLDEN_GAMMA ^ Long.rotateLeft(index * GOLDEN_GAMMA, 31));
    final Transcript transcript = new Transcript();
    switch (kind) {
      case COUNTDOWN -> {
        final CountdownProblem problem = CountdownProblems.problem(Split.TRAIN, seed, index);
        transcript.given("<bos>" + problem.prompt());
        new CountdownTeacher(random, transcript).play(problem);
      }
      case DRAWERS ->
          drawers(DrawersProblems.problem(Split.TRAIN, seed, index), random, transcript);
    }
    return transcript.demonstration();
  }

  private static void drawers(
      final DrawersProblem problem, final SplittableRandom random, final Transcript transcript) {
    transcript.given("<bos>" + problem.prompt());
    final int[] order = new int[problem.drawers()];
    for (int i = 0; i < order.length; i++) {
      order[i] = i + 1;
    }
    if (random.nextDouble() < SWAPPED_READS) {
      final int at = random.nextInt(order.length - 1);
      final int next = order[at];
      order[at] = order[at + 1];
      order[at + 1] = next;
    }
    for (final int drawer : order) {
      transcript.chosen("<call>open " + drawer + "</call>", READING_WEIGHT);
      transcript.given("<obs>" + problem.observation(drawer) + "</obs>");
    }
    transcript.chosen(problem.countdown().prompt(), 1f);
    new CountdownTeacher(random, transcript).play(problem.countdown());
  }
}
