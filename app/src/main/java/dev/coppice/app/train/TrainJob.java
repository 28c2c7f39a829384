package dev.coppice.app.train;

import com.fasterxml.jackson.databind.JsonNode;
import dev.coppice.app.advantage.CreditAssigner;
import dev.coppice.app.arguments.PlugPath;
import dev.coppice.app.config.ConfigException;
import dev.coppice.app.config.ConfigLoader;
import dev.coppice.app.config.RunConfig;
import dev.coppice.app.config.TrainSection;
import dev.coppice.app.lambda.TurnWeighing;
import dev.coppice.app.run.Policies;
import dev.coppice.app.run.ProjectPaths;
import dev.coppice.app.run.RunInputs;
import dev.coppice.bridge.wire.PackedGroup;
import dev.coppice.credit.shared.SharedTokenRule;
import dev.coppice.rollout.EngineConfig;
import dev.coppice.training.demonstration.TaskKind;
import dev.coppice.training.policy.PolicySettings;
import dev.coppice.training.policy.PolicyTrainer;
import dev.coppice.training.policy.UpdateReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Trains over the bridge: the engine is a process of its own, this one takes its groups.
 *
 * <p>Of each update the order is: take the groups, train, write a checkpoint, acknowledge, publish.
 * Whatever dies in between, a resumed run continues from the checkpoint: groups that were trained and
 * not acknowledged are acknowledged then and not trained again, groups that were not trained are
 * delivered again, and weights that were not published are published then.
 *
 * @thread one.
 */
public final class TrainJob {
  private static final int MAX_RESTARTS = 5;
  private static final int MAX_FILLS = 16;

  /** Allocations by which a group that was asked for may not come. */
  private static final Set<String> LEAVING_OUT = Set.of("dapo", "history");

  private final RunConfig config;
  private final TrainSection train;
  private final TrainFolder folder;
  private final Path start;
  private final TrainProgress progress;
  private final ImitationSampler imitation;
  private TurnWeighing weighing;
  private EngineLink link;
  private GroupIntake intake;
  private int restarts;
  private long computedBefore;

  private TrainJob(final RunConfig config, final Path root, final TrainProgress progress) {
    this.config = config;
    this.train = config.train();
    this.folder = new TrainFolder(root);
    this.start = ProjectPaths.model(config.model().path());
    this.progress = progress;
    if (config.credit().estimators().isEmpty()) {
      throw new ConfigException("credit.estimators is empty, so nothing says what to train");
    }
    if (!(config.sampling().temperature() > 0)) {
      throw new ConfigException("sampling.temperature must be above 0 to train");
    }
    if (config.sampling().settings().rules().changeAnything()) {
      throw new ConfigException(
          "train computes the softmax of the model's own logits: sample without penalties,"
              + " sampling.logit-bias and sampling.min-new-tokens");
    }
    this.imitation = imitation();
  }

  /**
   * Makes a new run.
   *
   * @param config of the run.
   * @param root of the run's folder, which must not be there yet.
   * @param progress told how it goes.
   * @return the job.
   * @throws IOException if the folder cannot be written.
   */
  public static TrainJob begin(
      final RunConfig config, final Path root, final TrainProgress progress) throws IOException {
    if (Files.exists(root)) {
      throw new ConfigException(
          root
              + " exists already; continue with  "
              + PlugPath.again("./coppice train --resume " + root));
    }
    final TrainJob job = new TrainJob(config, root, progress);
    Files.createDirectories(job.folder.engineParent());
    Files.createDirectories(root.resolve("weights"));
    RunInputs.keep(root, config);
    return job;
  }

  /**
   * Names a folder for a new run.
   *
   * @param parent of the folder.
   * @param environment of the run.
   * @return a path that is not there yet.
   */
  public static Path newRoot(final Path parent, final String environment) {
    final String stamp =
        DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").format(LocalDateTime.now(ZoneOffset.UTC));
    Path root = parent.resolve(stamp + "-train-" + environment);
    for (int i = 2; Files.exists(root); i++) {
      root = parent.resolve(stamp + "-train-" + environment + "-" + i);
    }
    return root;
  }

  /**
   * Goes on with a run.
   *
   * @param root of the run's folder.
   * @param progress told how it goes.
   * @return the job.
   */
  public static TrainJob resume(final Path root, final TrainProgress progress) {
    final Path file = new TrainFolder(root).config();
    if (!Files.exists(file)) {
      throw new ConfigException(root + " is not a training run: it has no " + file.getFileName());
    }
    if (!Files.isDirectory(new TrainFolder(root).engineParent())) {
      throw new ConfigException(
          root
              + " was not made by train: it has no "
              + new TrainFolder(root).engineParent().getFileName()
              + "; ./coppice run and ./coppice serve have a --resume of their own");
    }
    final RunConfig config = new ConfigLoader().file(file).load();
    RunInputs.requireUnchanged(root, config);
    return new TrainJob(config, root, progress);
  }

  /**
   * Makes the updates that are left.
   *
   * @throws InterruptedException if interrupted; the newest checkpoint stays.
   * @throws IOException if the folder cannot be read or written.
   */
  public void run() throws InterruptedException, IOException {
    final Path checkpoint = folder.newest();
    TrainFolder.State state =
        checkpoint == null ? TrainFolder.State.START : folder.state(checkpoint);
    weighing = TurnWeighing.of(CreditAssigner.of(config).estimators().getFirst(), state.rule());
    final Path weights = checkpoint == null ? start : checkpoint;
    try (PolicyTrainer trainer = PolicyTrainer.open(weights, start, settings())) {
      if (checkpoint != null) {
        trainer.restore(folder.optimizer(checkpoint));
      }
      evaluate(state.step(), weights, state.step() == 0);
      connect(state);
      state = align(trainer, state);
      while (state.step() < train.updates()) {
        state = step(trainer, state);
      }
    } finally {
      disconnect();
    }
    progress.onDone(root(), folder.checkpoint(train.updates()));
  }

  /**
   * Returns the run's folder.
   *
   * @return its root.
   */
  public Path root() {
    return folder.root();
  }

  private TrainFolder.State step(final PolicyTrainer trainer, final TrainFolder.State before)
      throws InterruptedException, IOException {
    final long startNs = System.nanoTime();
    final long cpuNs = StepReport.Cost.processorNs();
    final Taken taken = take(before);
    final List<PackedGroup> groups = taken.groups();
    final long takenNs = System.nanoTime();
    final BatchTally tally = new BatchTally();
    groups.forEach(tally::add);
    final TurnWeighing.Use turns = weighing.use();
    final EngineConfig.Coalescing coalescing = Policies.coalescing(config.bridge().arm(), config);
    final TrainingBatch batch =
        TrainingBatch.of(
                weighing.apply(
                    MarkRule.ofName(train.marks()).apply(groups),
                    number -> coalescing.of((int) number)),
                SharedTokenRule.ofWireName(train.rule()),
                before.version())
            .with(imitation.of(before.step()));
    final UpdateReport update = trainer.update(batch.trees(), rate(before.step()));
    weighing.learn(update.halves());
    final long trainedNs = System.nanoTime();
    final TrainFolder.State after =
        new TrainFolder.State(
            before.step() + 1,
            before.version() + 1,
            taken.asked(),
            relative(link.folder()),
            weighing.rule());
    folder.save(trainer, start, after, train.checkpointEvery());
    acknowledgeAndPublish(trainer, after);
    final StepReport report =
        new StepReport(
            after.step(),
            tally.figures(),
            update,
            new StepReport.Cost(
                computedSince(),
                batch.rowTokens(),
                takenNs - startNs,
                trainedNs - takenNs,
                System.nanoTime() - trainedNs,
                StepReport.Cost.processorNs() - cpuNs),
            turns);
    folder.append(report);
    progress.onStep(report, train.updates());
    final boolean due = train.evaluateEvery() > 0 && after.step() % train.evaluateEvery() == 0;
    evaluate(after.step(), folder.checkpoint(after.step()), due || after.step() == train.updates());
    return after;
  }

  /** Holds the numbers an update asked for, and the groups that came. */
  private record Taken(List<Long> asked, List<PackedGroup> groups) {}

  /** Takes the groups of an update, however often the engine has to be started again. */
  private Taken take(final TrainFolder.State before) throws InterruptedException, IOException {
    List<Long> asked = List.of();
    List<PackedGroup> groups = List.of();
    while (groups.isEmpty()) {
      try {
        asked = ask(before.step());
        groups = new ArrayList<>(intake.collect(asked));
        asked = fill(before.step(), asked, groups);
        if (groups.isEmpty()) {
          throw new IllegalStateException(
              "the engine delivered none of the groups of update "
                  + (before.step() + 1)
                  + "; see "
                  + link.folder());
        }
      } catch (RuntimeException e) {
        reconnect(e, before);
      }
    }
    return new Taken(asked, groups);
  }

  /** Asks for the groups of an update, and of those that may be grown while it is trained. */
  private List<Long> ask(final int step) {
    List<Long> first = List.of();
    for (int i = 0; i <= train.ahead() && step + i < train.updates(); i++) {
      final List<Long> groups =
          link.client().submit("update-" + (step + i + 1), config.bridge().batch());
      first = i == 0 ? groups : first;
    }
    return first;
  }

  /**
   * Asks for further prompts in place of those an allocation left out, until the batch is full.
   *
   * @return the numbers of all groups asked for.
   */
  private List<Long> fill(final int step, final List<Long> first, final List<PackedGroup> groups)
      throws InterruptedException, IOException {
    final List<Long> asked = new ArrayList<>(first);
    final boolean leavesOut = LEAVING_OUT.contains(config.budget().allocation());
    for (int round = 1; leavesOut && round <= MAX_FILLS && groups.size() < first.size(); round++) {
      final int missing = first.size() - groups.size();
      final List<Long> more =
          link.client().submit("update-" + (step + 1) + "-fill-" + round, missing);
      asked.addAll(more);
      groups.addAll(intake.collect(more));
    }
    return asked;
  }

  /** Acknowledges what a checkpoint holds and has the engine sample from its weights. */
  private void acknowledgeAndPublish(final PolicyTrainer trainer, final TrainFolder.State state)
      throws InterruptedException, IOException {
    final TrainFolder.Published published = folder.publishable(trainer, start, state.version());
    boolean done = false;
    while (!done) {
      try {
        link.client().acknowledge(state.trained());
        if (link.status().path("policy_version").asInt() < state.version()) {
          link.client().publish(published.folder(), state.version(), published.sha256());
        }
        done = true;
      } catch (RuntimeException e) {
        reconnect(e, state);
      }
    }
  }

  /** Brings the engine to where the checkpoint stands. */
  private TrainFolder.State align(final PolicyTrainer trainer, final TrainFolder.State state)
      throws InterruptedException, IOException {
    if (state.step() == 0) {
      return state;
    }
    final int present = link.status().path("policy_version").asInt();
    final int version = present <= state.version() ? state.version() : present + 1;
    final TrainFolder.State aligned = state.at(version, state.engine());
    acknowledgeAndPublish(trainer, aligned);
    return aligned;
  }

  private void connect(final TrainFolder.State state) throws InterruptedException, IOException {
    final Path engine = engineFolder(state);
    link =
        engine == null
            ? EngineLink.start(folder.config(), folder.engineParent())
            : EngineLink.resume(engine);
    intake = new GroupIntake(link);
    computedBefore = computed();
    progress.onEngine(link.pid(), link.folder());
  }

  /** Finds the engine's folder, also that of a run that died before its first checkpoint. */
  private Path engineFolder(final TrainFolder.State state) throws IOException {
    if (!state.engine().isEmpty()) {
      return root().resolve(state.engine());
    }
    try (var children = Files.list(folder.engineParent())) {
      return children.filter(Files::isDirectory).sorted().findFirst().orElse(null);
    }
  }

  private String relative(final Path engine) {
    return root().toAbsolutePath().relativize(engine.toAbsolutePath()).toString();
  }

  private void reconnect(final RuntimeException cause, final TrainFolder.State state)
      throws InterruptedException, IOException {
    if (!link.hasEnded() || ++restarts > MAX_RESTARTS) {
      throw cause;
    }
    progress.onRestart(cause.getMessage(), restarts);
    disconnect();
    connect(state.at(state.version(), relative(link.folder())));
  }

  private void disconnect() {
    if (link != null) {
      intake.close();
      link.close();
    }
  }

  /** Reads the engine's counter, which begins at 0 in every process of it. */
  private long computed() throws IOException {
    final JsonNode engine = link.status().path("engine");
    return engine.path("prefilled_tokens").asLong()
        + engine.path("decoded_tokens").asLong()
        + engine.path("discarded_tokens").asLong();
  }

  private long computedSince() throws IOException {
    try {
      final long now = computed();
      final long since = Math.max(0, now - computedBefore);
      computedBefore = now;
      return since;
    } catch (RuntimeException e) {
      // The engine died after its weights were published; the next update starts it again.
      return 0;
    }
  }

  private void evaluate(final int step, final Path weights, final boolean due)
      throws InterruptedException, IOException {
    if (due && train.evaluationProblems() > 0) {
      for (final HeldOutScore score : new HeldOutEvaluation(config).scores(weights)) {
        folder.append(score.at(step));
        progress.onScore(step, score);
      }
    }
  }

  private double rate(final int step) {
    final double done = train.updates() == 1 ? 0 : (double) step / (train.updates() - 1);
    return train.learningRate() * (1 - done * (1 - train.finalShare()));
  }

  private ImitationSampler imitation() {
    final boolean none = train.imitation() == 0;
    final LoopSettings.Imitation imitation =
        none
            ? LoopSettings.Imitation.NONE
            : new LoopSettings.Imitation(train.imitation(), train.demonstrations());
    final String name = config.task().environment().toUpperCase(Locale.ROOT);
    final boolean known = List.of("COUNTDOWN", "DRAWERS").contains(name);
    if (!none && !known) {
      throw new ConfigException(
          "train.imitation needs countdown or drawers; set it to 0: environment="
              + config.task().environment());
    }
    return new ImitationSampler(
        imitation, known ? TaskKind.valueOf(name) : TaskKind.COUNTDOWN, config.run().seed());
  }

  private PolicySettings settings() {
    final PolicySettings usual = PolicySettings.DEFAULT;
    return new PolicySettings(
        config.sampling().temperature(),
        new PolicySettings.Clip(train.clipLow(), train.clipHigh(), train.importanceCap()),
        new PolicySettings.Terms(train.entropyBonus(), train.klToStart()),
        train.epochs(),
        usual.microTokens(),
        usual.optimizer());
  }
}
