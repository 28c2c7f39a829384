package dev.coppice.app.serve;

import dev.coppice.app.advantage.CreditAssigner;
import dev.coppice.app.advantage.CreditInOrder;
import dev.coppice.app.config.BridgeSection;
import dev.coppice.app.config.ConfigException;
import dev.coppice.app.config.RunConfig;
import dev.coppice.app.folder.RunFolder;
import dev.coppice.app.mode.EngineConfigs;
import dev.coppice.app.mode.TaskRequests;
import dev.coppice.app.run.JournalSink;
import dev.coppice.app.run.Policies;
import dev.coppice.app.run.RunInputs;
import dev.coppice.app.run.RunLog;
import dev.coppice.app.run.RunResources;
import dev.coppice.bridge.flight.BridgeServer;
import dev.coppice.bridge.flight.BridgeSettings;
import dev.coppice.bridge.outbox.IssuedGroup;
import dev.coppice.bridge.outbox.Outbox;
import dev.coppice.bridge.outbox.OutboxCounts;
import dev.coppice.bridge.outbox.OutboxLimits;
import dev.coppice.bridge.outbox.PublishedWeights;
import dev.coppice.bridge.segment.ArrowSegmentWriter;
import dev.coppice.bridge.segment.SegmentForm;
import dev.coppice.bridge.segment.SegmentSeal;
import dev.coppice.bridge.segment.SegmentSource;
import dev.coppice.bridge.wire.WireHeader;
import dev.coppice.engine.RolloutEngine;
import dev.coppice.eventlog.EngineJournal;
import dev.coppice.rollout.BudgetConfig;
import dev.coppice.rollout.EngineConfig;
import dev.coppice.rollout.WeightSwap;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Serves a run until somebody asks for its end.
 *
 * <p>What the folder's journal says is done is never done again: unfinished groups are grown again
 * with the same draws, sealed ones are offered, acknowledged ones stay acknowledged.
 *
 * @thread the caller's; the parts have their own.
 */
public final class ServeJob {
  private static final long LOOK_MS = 100;
  private static final int LIVE_VERSIONS = 2;
  private static final long MIB = 1024L * 1024;

  private final RunConfig config;
  private final RunFolder folder;
  private final RunResources resources;
  private final PublishedWeights first;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final CountDownLatch stopped = new CountDownLatch(1);

  /**
   * Makes a job.
   *
   * @param config of the run.
   * @param folder of the run, new or of an earlier process.
   * @param resources the open parts; the caller closes them.
   * @param weights a published folder that a new run samples from at first, at its version; null for
   *     the model's own, version 0.
   */
  public ServeJob(
      final RunConfig config,
      final RunFolder folder,
      final RunResources resources,
      final Path weights) {
    this.first = weights == null ? null : WeightsFolder.published(weights);
    this.config = config;
    this.folder = folder;
    this.resources = resources;
  }

  /**
   * Says where a service can be reached.
   *
   * @param location for example {@code grpc://127.0.0.1:4711}.
   * @param run the name of the run.
   * @param folder of the run.
   */
  public record Announcement(String location, String run, Path folder) {}

  /**
   * Makes a run folder with its configuration, the token left out.
   *
   * @param config of the run.
   * @param weights that it begins with, or null; looked at before anything is made.
   * @return the folder.
   */
  public static RunFolder prepare(final RunConfig config, final Path weights) {
    if (weights != null) {
      WeightsFolder.check(WeightsFolder.published(weights));
    }
    final RunFolder folder =
        RunFolder.create(Path.of(config.run().out()), TaskRequests.plugName(config));
    RunInputs.keep(folder.root(), config);
    return folder;
  }

  /**
   * Serves until {@link #stop()}, a trainer's {@code shutdown}, or a failure.
   *
   * @param announce told once the service can be reached.
   * @throws InterruptedException if interrupted; what is durable stays.
   */
  public void run(final Consumer<Announcement> announce) throws InterruptedException {
    final BridgeSettings settings = settings();
    final OutboxLimits limits =
        new OutboxLimits(config.bridge().batch(), config.bridge().staleness());
    // The journal is the folder's lock: nothing is read or deleted before it is held.
    try (RunLog log = new RunLog(folder);
        Outbox outbox = Outbox.open(folder.bridge(), limits);
        JournalSink journal = journal();
        ArrowSegmentWriter writer =
            new ArrowSegmentWriter(folder.trajectories(), header(), SegmentForm.TREE_PACKED);
        LessonBook book = lessonBook()) {
      RunInputs.requireUnchanged(folder.root(), config);
      if (first != null && outbox.weights() == null) {
        outbox.publish(first);
      }
      writer.keepOnly(
          outbox.segments().stream().map(SegmentSeal::name).collect(Collectors.toSet()));
      writer.continueAfter(outbox.lastSegment());
      log.line("session begins: " + outbox.counts());
      resources.report(log);
      final CreditInOrder credit = credit(book);
      final GroupSealer sealer = new GroupSealer(outbox, writer, credit, sealing(), log::line);
      try (ToldFile told = book == null ? told(credit, outbox) : null;
          RolloutEngine engine =
              RolloutEngine.start(engineConfig(outbox.weights()), parts(sealer, journal))) {
        if (told != null) {
          credit.keepIn((result, texts) -> told.add(result.request().index(), texts));
        }
        if (book != null) {
          goOnFrom(book, engine, credit);
          sealer.keepIn(book);
        }
        final Lessons lessons = new Lessons(book, outbox, credit, engine, sealer);
        final EngineActions actions = new EngineActions(facts(), lessons, log::line);
        final SegmentSource segments = new SegmentSource(folder.trajectories(), header());
        restoreWeights(actions, outbox.weights());
        try (BridgeServer server =
            BridgeServer.start(
                settings, new BridgeServer.Parts(outbox, limits, actions, segments))) {
          server.cleanUp();
          final Session session = new Session(outbox, journal, engine, actions, sealer, log);
          serve(session, () -> announce.accept(announcement(server)));
        }
      }
    } finally {
      stopped.countDown();
    }
  }

  /** Opens the lessons of a fleet; null where nothing learns, or this engine's starts are the order. */
  private LessonBook lessonBook() {
    final boolean kept = config.bridge().learnBehind() > 0 && !learner().isEmpty();
    return kept ? new LessonBook(folder.root().resolve("lessons.jsonl")) : null;
  }

  private CreditInOrder credit(final LessonBook book) {
    final CreditAssigner assigner = CreditAssigner.of(config);
    return book == null
        ? new CreditInOrder(assigner, config.engine().groupsInFlight())
        : CreditInOrder.ofFleet(
            assigner, config.bridge().learnBehind(), group -> book.of(group).told());
  }

  /** Tells engine and credit what earlier processes knew. */
  private static void goOnFrom(
      final LessonBook book, final RolloutEngine engine, final CreditInOrder credit) {
    for (final Lesson lesson : book.all()) {
      engine.learn(lesson.group(), lesson.outcome());
      credit.restore(lesson.group(), lesson.told());
    }
  }

  /** Goes on from what groups told earlier processes; null where nothing is learned from them. */
  private ToldFile told(final CreditInOrder credit, final Outbox outbox) {
    if (!credit.learns()) {
      return null;
    }
    final Path path = folder.root().resolve("told.tsv");
    if (!Files.exists(path)) {
      final long first = outbox.inFlight().stream().mapToLong(IssuedGroup::group).min().orElse(0);
      for (long number = 0; number < first; number++) {
        credit.restore(number, Map.of());
      }
    }
    return new ToldFile(path, credit::restore);
  }

  /** Bundles what one process works with. */
  private record Session(
      Outbox outbox,
      JournalSink journal,
      RolloutEngine engine,
      EngineActions actions,
      GroupSealer sealer,
      RunLog log) {
    boolean journalIsFull() {
      return journal != null && journal.isFull();
    }
  }

  private void serve(final Session session, final Runnable announce) throws InterruptedException {
    final EngineActions actions = session.actions();
    final IssueLoop issuing =
        new IssueLoop(
            session.outbox(),
            session.engine(),
            config.task().first(),
            () -> actions.pauseReason().isEmpty());
    session.sealer().start();
    issuing.start();
    try {
      announce.run();
      watch(session, issuing);
    } finally {
      issuing.end();
      if (session.journal() != null) {
        session.journal().end();
      }
      session.engine().close();
      session.sealer().end();
      writeLedger(session);
      session.log().line("session ends: " + session.outbox().counts());
    }
    failIf(session.sealer().failure());
  }

  private void watch(final Session session, final IssueLoop issuing) throws InterruptedException {
    OutboxCounts written = null;
    while (stop.getCount() > 0 && !session.actions().awaitShutdown(LOOK_MS)) {
      failIf(session.sealer().failure());
      failIf(issuing.failure());
      session.engine().awaitRoom(0); // Throws if the engine has failed.
      final boolean full =
          session.sealer().isFull() | session.outbox().isBehind() | session.journalIsFull();
      session.actions().setProblem(full ? "the disk is full; it resumes when there is room" : "");
      final OutboxCounts counts = session.outbox().counts();
      if (!counts.equals(written)) {
        writeLedger(session);
        written = counts;
      }
    }
  }

  private static void failIf(final RuntimeException failure) {
    if (failure != null) {
      throw failure;
    }
  }

  private void writeLedger(final Session session) {
    ServeLedger.write(
        folder.ledger(), runName(), session.outbox().counts(), session.actions().counters());
  }

  /** Asks for the end; returns at once. */
  public void stop() {
    stop.countDown();
  }

  /**
   * Waits until {@link #run} has left everything durable.
   *
   * @param timeoutMs to wait at most, in milliseconds.
   * @return false if time ran out first.
   * @throws InterruptedException if interrupted.
   */
  public boolean awaitStopped(final long timeoutMs) throws InterruptedException {
    return stopped.await(timeoutMs, TimeUnit.MILLISECONDS);
  }

  private Announcement announcement(final BridgeServer server) {
    return new Announcement(server.location(), runName(), folder.root().toAbsolutePath());
  }

  private String runName() {
    final String given = config.run().name();
    return given.isEmpty() ? folder.root().getFileName().toString() : given;
  }

  private EngineActions.Facts facts() {
    return new EngineActions.Facts(
        runName(),
        resources.runner().name(),
        config.task().count(),
        learner(),
        config.bridge().learnBehind());
  }

  /** Names the key whose value learns from earlier groups in order, or nothing. */
  private String learner() {
    if (new CreditInOrder(CreditAssigner.of(config), 1).learns()) {
      return "credit.estimators";
    }
    if (Policies.of(policy(), config).learns()) {
      return "tree.policy = " + policy();
    }
    final String allocation = config.budget().allocation();
    return allocation.equals("uniform") ? "" : "budget.allocation = " + allocation;
  }

  private BridgeSettings settings() {
    final BridgeSection bridge = config.bridge();
    try {
      return new BridgeSettings(
          bridge.address(),
          bridge.port(),
          Math.toIntExact(bridge.maxMessageMib() * MIB),
          bridge.maxStreams(),
          new BridgeSettings.Access(bridge.tlsCertificate(), bridge.tlsKey(), bridge.token()));
    } catch (final IllegalArgumentException e) {
      throw new ConfigException(e.getMessage());
    }
  }

  private GroupSealer.Limits sealing() {
    final BridgeSection bridge = config.bridge();
    return new GroupSealer.Limits(
        bridge.groupsPerSegment(),
        TimeUnit.MILLISECONDS.toNanos(bridge.sealAfterMs()),
        bridge.maxMessageMib() * MIB);
  }

  private EngineConfig engineConfig(final PublishedWeights published) {
    final int trees = Policies.trees(policy(), config);
    final int firstVersion = published == null ? 0 : published.version() - 1;
    final WeightSwap swap = WeightSwap.valueOf(config.bridge().weights().toUpperCase(Locale.ROOT));
    final BudgetConfig budget =
        BudgetConfig.trees(trees).with(Policies.allocation(policy(), config));
    return EngineConfigs.of(config, runName(), budget)
        .with(Policies.coalescing(config.bridge().arm(), config))
        .with(new EngineConfig.Weights(swap, firstVersion, LIVE_VERSIONS))
        .learningBehind(config.bridge().learnBehind());
  }

  private String policy() {
    return config.policyOf(config.bridge().arm());
  }

  private RolloutEngine.Parts parts(final GroupSealer sealer, final JournalSink journal) {
    return resources.parts(
        Policies.of(policy(), config), journal == null ? EngineJournal.NONE : journal, sealer);
  }

  /** Loads what an earlier process sampled from last; groups are grown with nothing older. */
  private void restoreWeights(final EngineActions actions, final PublishedWeights published)
      throws InterruptedException {
    if (published != null) {
      actions.load(WeightsFolder.check(published), published.version());
    }
  }

  private WireHeader header() {
    return resources.wireHeader(config, runName());
  }

  /** Opens the journal of inputs, or returns null where none is kept. */
  private JournalSink journal() {
    if (!config.run().journal()) {
      return null;
    }
    final JournalSink journal = JournalSink.waiting(folder.journal());
    journal.beginArm(config.bridge().arm());
    return journal;
  }
}
