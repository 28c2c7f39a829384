package dev.coppice.bench.learning;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.coppice.app.train.HeldOutScore;
import dev.coppice.app.train.LearningLoop;
import dev.coppice.app.train.LocalRollouts;
import dev.coppice.app.train.LoopSettings;
import dev.coppice.app.train.StepReport;
import dev.coppice.environments.arithmetic.Split;
import dev.coppice.episode.Environment;
import dev.coppice.rollout.EngineConfig;
import dev.coppice.scheduling.ChainPolicy;
import dev.coppice.training.policy.PolicySettings;
import dev.coppice.trajectory.SamplingSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Runs one arm at one learning rate from one seed and writes every figure as JSON lines.
 *
 * <p>The file appears when the run is done, so a file that is there is a whole run.
 *
 * @thread one.
 */
final class LearningRun {
  private static final long HELD_OUT_SEED = 9_000;

  private final Spec spec;
  private final ObjectMapper mapper = new ObjectMapper();
  private Path draft;

  /**
   * Says what is run.
   *
   * @param task to be learned.
   * @param arm of the experiment.
   * @param rate of learning.
   * @param seed of tasks and draws.
   * @param size of the run.
   * @param start weights to begin with.
   */
  record Spec(LearningTask task, LearningArm arm, double rate, long seed, Size size, Path start) {

    /**
     * Says how long a run is and how it is scored.
     *
     * @param updates to make.
     * @param tokens computed per update.
     * @param pool training problems, played round and round and scored before and after; 0 for fresh
     *     ones throughout.
     * @param samples of each held-out problem at temperature 1, half as many in a sweep.
     * @param sweep whether the validation problems are played instead of the test's.
     * @param every so many updates the held-out problems are played with half of the samples.
     */
    record Size(int updates, long tokens, int pool, int samples, boolean sweep, int every) {}

    String name() {
      final String kind = size.sweep() ? "sweep" : size.pool() > 0 ? "pool" + size.pool() : "test";
      return "%s-%s-%s-%s-s%d".formatted(kind, task.wire(), arm.name(), rate, seed);
    }
  }

  LearningRun(final Spec spec) {
    this.spec = spec;
  }

  /** Plays and writes; returns at once if the file is there. */
  void run(final Path file, final Path scratch) throws InterruptedException, IOException {
    draft = file.resolveSibling(file.getFileName() + ".tmp");
    Files.deleteIfExists(draft);
    final int held = spec.task().validation() + spec.task().test();
    try (Environment heldOut = spec.task().problems(Split.HELD_OUT, held, HELD_OUT_SEED)) {
      if (spec.arm().isStart()) {
        evaluate(spec.start(), heldOut, 0, true);
      } else {
        train(heldOut, scratch);
      }
    }
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private void train(final Environment heldOut, final Path scratch)
      throws InterruptedException, IOException {
    final LoopSettings settings =
        new LoopSettings(
            spec.start(),
            new LoopSettings.Schedule(
                spec.size().updates(), spec.size().tokens(), spec.rate(), 0.05),
            spec.arm().shape().within(spec.task().limits()),
            new LoopSettings.Objective(
                spec.arm().credit(),
                PolicySettings.DEFAULT.withMicroTokens(spec.task().microTokens()),
                LoopSettings.Imitation.NONE),
            spec.seed());
    final int count = spec.size().pool() > 0 ? spec.size().pool() : spec.task().training();
    try (Environment training = spec.task().problems(Split.TRAIN, count, 500 + spec.seed());
        LearningLoop loop =
            new LearningLoop(
                settings,
                null, // Nothing is imitated.
                rollouts(spec.start(), training),
                scratch)) {
      scorePool(spec.start(), training, 0);
      loop.run(
          spec.arm().groupTokens(),
          report -> {
            step(report);
            final boolean isDue =
                report.step() % spec.size().every() == 0 && report.step() < spec.size().updates();
            if (isDue && !spec.size().sweep()) {
              onTheWay(report.step(), scratch, heldOut);
            }
          });
      scorePool(scratch, training, spec.size().updates());
      evaluate(scratch, heldOut, spec.size().updates(), true);
    }
  }

  private LocalRollouts rollouts(final Path weights, final Environment problems) {
    return new LocalRollouts(weights, problems, spec.task().batches());
  }

  private void scorePool(final Path weights, final Environment training, final int step)
      throws InterruptedException, IOException {
    if (spec.size().pool() > 0) {
      try (LocalRollouts rollouts = rollouts(weights, training)) {
        score(
            "trained",
            rollouts,
            new Problems(0, spec.size().pool()),
            step,
            1.0,
            spec.size().samples());
      }
    }
  }

  private void onTheWay(final int step, final Path weights, final Environment heldOut) {
    try {
      evaluate(weights, heldOut, step, false);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void evaluate(
      final Path weights, final Environment heldOut, final int step, final boolean last)
      throws InterruptedException, IOException {
    try (LocalRollouts rollouts = rollouts(weights, heldOut)) {
      play(
          rollouts,
          step,
          1.0,
          spec.size().sweep() || !last ? spec.size().samples() / 2 : spec.size().samples());
      if (last && !spec.size().sweep()) {
        play(rollouts, step, 0.6, 4);
        play(rollouts, step, 0.0, 1);
      }
    }
  }

  private void play(
      final LocalRollouts rollouts, final int step, final double temperature, final int samples)
      throws InterruptedException, IOException {
    final int validation = spec.task().validation();
    final Problems problems =
        spec.size().sweep()
            ? new Problems(0, validation)
            : new Problems(validation, rollouts.problems() - validation);
    score("score", rollouts, problems, step, temperature, samples);
  }

  /** Names a stretch of an environment's problems. */
  private record Problems(int first, int count) {}

  private void score(
      final String kind,
      final LocalRollouts rollouts,
      final Problems problems,
      final int step,
      final double temperature,
      final int samples)
      throws InterruptedException {
    SamplingSettings sampling = new SamplingSettings(temperature, 1.0, 0, 0.0);
    // Coalesced chains are the very samples of separate ones, for a fifth of the tokens.
    final LocalRollouts.Shape shape =
        new LocalRollouts.Shape(
                new ChainPolicy(), samples, sampling, EngineConfig.Coalescing.INDEPENDENT)
            .within(spec.task().limits());
    LocalRollouts.Round round =
        rollouts.grow(shape, problems.first(), problems.count(), 31 * spec.seed() + step);
    final ObjectNode node =
        mapper.valueToTree(HeldOutScore.of(temperature, round.groups()).at(step));
    keep(node.put("kind", kind));
  }

  private void step(final StepReport report) {
    final ObjectNode node = mapper.valueToTree(report);
    node.put("kind", "step").put("seconds", report.cost().seconds());
    keep(node);
  }

  /** Adds a line to the draft at once, so that a long run can be watched. */
  private void keep(final ObjectNode node) {
    try {
      Files.writeString(
          draft, named(node) + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ObjectNode named(final ObjectNode node) {
    return node.put("task", spec.task().wire())
        .put("arm", spec.arm().name())
        .put("rate", spec.rate())
        .put("seed", spec.seed())
        .put("sweep", spec.size().sweep())
        .put("pool", spec.size().pool());
  }
}
