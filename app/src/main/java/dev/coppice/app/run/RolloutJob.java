package dev.coppice.app.run;

import dev.coppice.allocation.GroupOutcome;
import dev.coppice.app.advantage.CreditInOrder;
import dev.coppice.app.config.ConfigException;
import dev.coppice.app.config.ConfigLoader;
import dev.coppice.app.config.RunConfig;
import dev.coppice.app.folder.ArmState;
import dev.coppice.app.folder.GroupScan;
import dev.coppice.app.folder.RunFolder;
import dev.coppice.app.folder.RunFolderException;
import dev.coppice.app.folder.RunState;
import dev.coppice.app.folder.StoredGroup;
import dev.coppice.app.folder.StoredTree;
import dev.coppice.app.mode.EngineConfigs;
import dev.coppice.app.report.ReportJson;
import dev.coppice.app.report.ReportSource;
import dev.coppice.app.report.RunReport;
import dev.coppice.bridge.disk.DurableFile;
import dev.coppice.bridge.trace.TraceFile;
import dev.coppice.eventlog.EngineJournal;
import dev.coppice.rollout.BudgetConfig;
import dev.coppice.rollout.EngineConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongConsumer;

/**
 * Runs a configuration into a run folder, from the start or from where a killed run stopped.
 *
 * <p>Arms run one after another. Whatever ends the process, groups that were kept stay kept: on
 * resuming, what follows the last whole group is cut, finished groups are left alone, and the
 * others are generated again with the same draws.
 *
 * @thread one.
 */
public final class RolloutJob {
  private final RunConfig config;
  private final RunResources resources;
  private final RunProgress progress;

  /**
   * Makes a job.
   *
   * @param config of the run.
   * @param resources the parts to work with; not closed by the job.
   * @param progress told how it goes.
   */
  public RolloutJob(
      final RunConfig config, final RunResources resources, final RunProgress progress) {
    this.config = config;
    this.resources = resources;
    this.progress = progress;
  }

  /**
   * Holds what a run came to.
   *
   * @param folder of the run.
   * @param report of all its groups.
   * @param brokenLaws the laws of conservation that did not hold; empty after a sound run.
   */
  public record Outcome(RunFolder folder, RunReport report, List<String> brokenLaws) {}

  /**
   * Makes a run folder ready for {@link #run}.
   *
   * @param parent in which the folder is made.
   * @return the folder, with its configuration and an empty ledger.
   * @throws ConfigException if samples of an arm are to share paths and cannot; nothing is made then.
   */
  public RunFolder prepare(final Path parent) {
    config.armNames().forEach(arm -> Policies.coalescing(arm, config));
    final RunFolder folder = RunFolder.create(parent, resources.environment().name());
    final String given = config.run().name();
    final String name = given.isEmpty() ? resources.environment().name() : given;
    final List<ArmState> arms = new ArrayList<>();
    for (final String arm : config.armNames()) {
      arms.add(ArmState.planned(arm, config.policyOf(arm), config.task().groups()));
    }
    new RunState(name, resources.runner().name(), resources.runner().traits(), arms)
        .save(folder.ledger());
    RunInputs.keep(folder.root(), config);
    return folder;
  }

  /**
   * Reads the configuration of a run folder.
   *
   * @param folder of an earlier run.
   * @return the configuration as it was resolved then.
   * @throws RunFolderException if the folder is of another format version.
   */
  public static RunConfig configOf(final RunFolder folder) {
    RunState.load(folder.ledger());
    return new ConfigLoader().file(folder.config()).load();
  }

  /**
   * Runs what is not done yet, and writes the report.
   *
   * @param folder made by {@link #prepare}, now or by an earlier process.
   * @return what it came to.
   * @throws InterruptedException if interrupted; what was finished is kept.
   * @throws RunFolderException if the folder is damaged or belongs to another model.
   */
  public Outcome run(final RunFolder folder) throws InterruptedException {
    RunState state = RunState.load(folder.ledger());
    if (!state.model().equals(resources.runner().name())) {
      throw new RunFolderException(
          "the run was begun with another model: run="
              + state.model()
              + " now="
              + resources.runner().name());
    }
    // The journal is the folder's lock: nothing is read or cut before it is held.
    try (JournalSink journal = JournalSink.stopping(folder.journal());
        RunLog log = new RunLog(folder)) {
      RunInputs.requireUnchanged(folder.root(), config);
      final Finished finished = Finished.of(folder);
      log.line("session begins: " + finished.count() + " groups are there");
      resources.report(log);
      if (finished.tornBytes() > 0) {
        log.line("cut " + finished.tornBytes() + " bytes of an unfinished group");
        progress.onMessage("cut " + finished.tornBytes() + " bytes of an unfinished group");
      }
      WarmUp.run();
      state = runArms(folder, state, finished, new Logs(journal, log));
      final RunReport report = ReportSource.read(folder, config.plugs().figures());
      DurableFile.write(folder.report(), ReportJson.bytes(report));
      final List<String> broken = brokenLaws(state);
      broken.forEach(law -> log.line("BROKEN LAW " + law));
      log.line("session ends");
      return new Outcome(folder, report, broken);
    }
  }

  /** Bundles what a session writes down beside the groups. */
  private record Logs(JournalSink journal, RunLog log) {}

  private RunState runArms(
      final RunFolder folder, final RunState begun, final Finished finished, final Logs logs)
      throws InterruptedException {
    RunState state = begun;
    final JournalSink journal = logs.journal();
    final RunLog log = logs.log();
    try (TraceFile traces = TraceFile.open(folder.traces(), finished.keepBytes())) {
      for (final ArmState arm : begun.arms()) {
        final Set<Integer> done = finished.of(arm.arm()).keySet();
        try (SegmentSink segments = segments(folder, begun.run(), arm.arm(), done)) {
          if (isDone(arm, done.size())) {
            segments.flush();
            state = state.with(asComplete(arm));
            continue;
          }
          journal.beginArm(arm.arm());
          final ArmSession.Keep keep = new ArmSession.Keep(traces, segments, journalOf(journal));
          state = runArm(folder, state, arm.inSession(), finished.of(arm.arm()), keep);
          log.line("arm " + arm.arm() + " done: " + state.arm(arm.arm()).engine());
        }
      }
      state.save(folder.ledger());
      return state;
    } catch (final IOException e) {
      throw new UncheckedIOException("cannot write in " + folder.root(), e);
    } catch (final RuntimeException e) {
      log.line("stopped: " + e.getMessage());
      throw e;
    }
  }

  /** Groups that a finished arm dropped would be dropped again. */
  private static boolean isDone(final ArmState arm, final int finished) {
    final long dropped = arm.complete() ? arm.droppedGroups() : 0;
    return finished + dropped >= arm.groups();
  }

  private RunState runArm(
      final RunFolder folder,
      final RunState before,
      final ArmState session,
      final Map<Integer, ArmSession.FinishedGroup> done,
      final ArmSession.Keep keep)
      throws InterruptedException, IOException {
    before.with(session).save(folder.ledger());
    final LongConsumer heartbeat =
        wallNs -> before.with(session.after(wallNs)).save(folder.ledger());
    final ArmSession.Outcome outcome =
        new ArmSession(config, resources, progress, heartbeat)
            .run(session, before.run(), done, keep);
    final RunState after = before.with(outcome.state());
    if (outcome.state().droppedGroups() > 0) {
      progress.onMessage(
          session.arm()
              + ": "
              + outcome.state().droppedGroups()
              + " of "
              + session.groups()
              + " groups have no tree: the budget was spent, or budget.allocation put it on"
              + " others");
    }
    after.save(folder.ledger());
    LatencyLog.append(folder.latency(), session.arm(), outcome.latencies());
    return after;
  }

  /**
   * Makes the configuration of an arm's engine.
   *
   * @param config of the run.
   * @param run the name of the run.
   * @param arm whose groups the engine grows.
   * @return the same for every session of the arm.
   */
  public static EngineConfig engineConfig(
      final RunConfig config, final String run, final ArmState arm) {
    final BudgetConfig budget =
        new BudgetConfig(
            config.budget().computedTokens().orElse(BudgetConfig.NO_LIMIT),
            arm.groups(),
            Policies.trees(arm.policy(), config),
            Policies.allocation(arm.policy(), config));
    return EngineConfigs.of(config, run + "/" + arm.arm(), budget)
        .with(Policies.coalescing(arm.arm(), config));
  }

  /** Opens the arm's segments and adds what an earlier session kept in the traces alone. */
  private SegmentSink segments(
      final RunFolder folder, final String runName, final String arm, final Set<Integer> done) {
    final String armRun = runName + "/" + arm;
    final SegmentSink sink = new SegmentSink(folder.trajectories(), armRun, resources, config);
    if (sink.hasAll(done)) {
      return sink; // The traces need not be parsed again.
    }
    try (GroupScan scan = new GroupScan(folder.traces())) {
      for (StoredGroup group = scan.next(); group != null; group = scan.next()) {
        if (group.arm().equals(arm)) {
          sink.add(group);
        }
      }
    }
    return sink;
  }

  private EngineJournal journalOf(final JournalSink journal) {
    return config.run().journal() ? journal : EngineJournal.NONE;
  }

  private static ArmState asComplete(final ArmState arm) {
    return new ArmState(
        arm.arm(),
        arm.policy(),
        arm.groups(),
        true,
        arm.sessions(),
        arm.wallNs(),
        arm.engine(),
        arm.laws());
  }

  private static List<String> brokenLaws(final RunState state) {
    final List<String> broken = new ArrayList<>();
    for (final ArmState arm : state.arms()) {
      for (final ArmState.Law law : arm.laws()) {
        if (!law.holds()) {
          broken.add(arm.arm() + ": " + law.name() + ": " + law.left() + " and " + law.right());
        }
      }
    }
    return broken;
  }

  /** Holds the groups an earlier session finished. */
  private record Finished(
      Map<String, Map<Integer, ArmSession.FinishedGroup>> tokensByGroup,
      long keepBytes,
      long tornBytes) {
    static Finished of(final RunFolder folder) {
      final Map<String, Map<Integer, ArmSession.FinishedGroup>> tokens = new HashMap<>();
      try (GroupScan scan = new GroupScan(folder.traces())) {
        for (StoredGroup group = scan.next(); group != null; group = scan.next()) {
          tokens
              .computeIfAbsent(group.arm(), arm -> new HashMap<>())
              .put(Math.toIntExact(group.number()), finished(group));
        }
        return new Finished(tokens, scan.keepBytes(), scan.tornBytes());
      }
    }

    private static ArmSession.FinishedGroup finished(final StoredGroup group) {
      final List<GroupOutcome.Tree> trees = new ArrayList<>();
      for (final StoredTree tree : group.trees()) {
        trees.add(GroupOutcome.Tree.of(tree.trace().tree(), tree.ledger().computedTokens()));
      }
      return new ArmSession.FinishedGroup(
          trees, CreditInOrder.told(group.trees().getFirst().trace().credit()));
    }

    Map<Integer, ArmSession.FinishedGroup> of(final String arm) {
      return tokensByGroup.getOrDefault(arm, Map.of());
    }

    int count() {
      return tokensByGroup.values().stream().mapToInt(Map::size).sum();
    }
  }
}
