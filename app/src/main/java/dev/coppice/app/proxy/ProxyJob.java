package dev.coppice.app.proxy;

import dev.coppice.app.advantage.CreditAssigner;
import dev.coppice.app.advantage.CreditInOrder;
import dev.coppice.app.config.ConfigException;
import dev.coppice.app.config.ProxySection;
import dev.coppice.app.config.RunConfig;
import dev.coppice.app.folder.ArmState;
import dev.coppice.app.folder.RunFolder;
import dev.coppice.app.folder.RunFolderException;
import dev.coppice.app.folder.RunState;
import dev.coppice.app.report.ReportJson;
import dev.coppice.app.report.ReportSource;
import dev.coppice.app.run.RolloutJob;
import dev.coppice.app.run.RunInputs;
import dev.coppice.app.run.RunLog;
import dev.coppice.bridge.disk.DurableFile;
import dev.coppice.proxy.answer.Answering;
import dev.coppice.proxy.answer.AskDefaults;
import dev.coppice.proxy.answer.Placing;
import dev.coppice.proxy.recorded.RecordEvent;
import dev.coppice.proxy.recorded.Recording;
import dev.coppice.proxy.recorded.TalkReader;
import dev.coppice.proxy.server.ProxyServer;
import dev.coppice.proxy.server.ServerSettings;
import dev.coppice.proxy.strand.SamplingLoop;
import dev.coppice.proxy.talk.Talk;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Serves agents over one run folder until somebody asks for its end.
 *
 * @thread the caller's; the parts have their own.
 */
final class ProxyJob {
  private static final long LOOK_MS = 200;
  private static final long LEDGER_NS = TimeUnit.SECONDS.toNanos(5);
  private static final int TOKEN_BYTES = 24;
  private static final long MIB = 1024L * 1024;

  private final RunConfig config;
  private final RunFolder folder;
  private final ProxyParts parts;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final CountDownLatch stopped = new CountDownLatch(1);

  ProxyJob(final RunConfig config, final RunFolder folder, final ProxyParts parts) {
    this.config = config;
    this.folder = folder;
    this.parts = parts;
  }

  /** Says where a proxy can be reached, and with which key. */
  record Announcement(int port, String token, String run) {}

  /** Makes a run folder with its configuration, the token left out, and an empty ledger. */
  static RunFolder prepare(final RunConfig config, final ProxyParts parts) {
    requireNoLearning(config);
    final RunFolder folder = RunFolder.create(Path.of(config.run().out()), "proxy");
    final String given = config.run().name();
    final String name = given.isEmpty() ? folder.root().getFileName().toString() : given;
    final ArmState arm = ArmState.planned(ProxyGroups.ARM, ProxyGroups.ARM, 0);
    new RunState(name, parts.runner().name(), parts.runner().traits(), List.of(arm))
        .save(folder.ledger());
    RunInputs.keep(folder.root(), config);
    return folder;
  }

  /** Reads the configuration of a folder that a proxy made. */
  static RunConfig configOf(final RunFolder folder) {
    if (!Files.exists(ProxyLog.path(folder))) {
      throw new RunFolderException(
          folder.root() + " was not made by proxy; go on with:  ./coppice run --resume");
    }
    return RolloutJob.configOf(folder);
  }

  private static void requireNoLearning(final RunConfig config) {
    if (new CreditInOrder(CreditAssigner.of(config), 1).learns()) {
      throw new ConfigException(
          "an estimator of credit.estimators learns from group to group, and agents end in no"
              + " order: leave it out and score the traces with  ./coppice credit");
    }
  }

  /** Serves until {@link #stop()} or a failure. */
  void run(final Consumer<Announcement> announce) throws InterruptedException {
    final RunState state = RunState.load(folder.ledger());
    if (!state.model().equals(parts.runner().name())) {
      throw new RunFolderException(
          "the run was begun with another model: run="
              + state.model()
              + " now="
              + parts.runner().name());
    }
    final List<RecordEvent> before = new ArrayList<>();
    // The journal is the folder's lock: nothing is read or cut before it is held.
    try (ProxyLog journal = new ProxyLog(folder, before::add);
        RunLog log = new RunLog(folder);
        ProxyGroups groups = groups(state)) {
      RunInputs.requireUnchanged(folder.root(), config);
      log.line("session begins: " + before.size() + " events are there");
      final Session session = new Session(state, groups, log);
      session.save(false);
      serve(session, recording(state, journal, groups, before), announce);
    } finally {
      stopped.countDown();
    }
  }

  private ProxyGroups groups(final RunState state) {
    final List<String> estimators = config.credit().estimators();
    return new ProxyGroups(
        folder,
        CreditAssigner.of(config),
        estimators.isEmpty() ? "" : estimators.getFirst(),
        settings -> parts.header(config, treeRun(state), settings));
  }

  private static String treeRun(final RunState state) {
    return state.run() + "/" + ProxyGroups.ARM;
  }

  private Recording recording(
      final RunState state,
      final ProxyLog journal,
      final ProxyGroups groups,
      final List<RecordEvent> before) {
    final Recording recording =
        new Recording(
            rules(config, state),
            journal,
            groups,
            new TalkReader(talk(), parts.tokenizer()),
            System::nanoTime);
    before.forEach(recording::restore);
    return recording;
  }

  /** Says by which rules rollouts become groups. */
  static Recording.Rules rules(final RunConfig config, final RunState state) {
    final ProxySection proxy = config.proxy();
    return new Recording.Rules(
        state.run(),
        treeRun(state),
        proxy.groupSize(),
        TimeUnit.SECONDS.toNanos(proxy.deadlineSeconds()),
        TimeUnit.SECONDS.toNanos(proxy.groupSeconds()));
  }

  private Talk talk() {
    return parts.template() == null ? null : new Talk(parts.template(), parts.tokenizer());
  }

  /** Holds what one process writes down. */
  private final class Session {
    private final RunState state;
    private final ArmState arm;
    private final ProxyGroups groups;
    private final RunLog log;
    private final long startNs = System.nanoTime();

    Session(final RunState state, final ProxyGroups groups, final RunLog log) {
      this.state = state;
      this.arm = state.arm(ProxyGroups.ARM).inSession();
      this.groups = groups;
      this.log = log;
    }

    void save(final boolean complete) {
      state.with(groups.state(arm, complete, System.nanoTime() - startNs)).save(folder.ledger());
    }
  }

  private void serve(
      final Session session, final Recording recording, final Consumer<Announcement> announce)
      throws InterruptedException {
    final String given = config.proxy().token();
    final String token = given.isEmpty() ? newToken() : given;
    try (SamplingLoop loop = new SamplingLoop(parts.runner());
        PythonScorer scorer = PythonScorer.of(config)) {
      loop.start();
      final ProxyServer.Parts served =
          new ProxyServer.Parts(
              recording,
              loop,
              new Placing(talk(), parts.tokenizer()),
              new AskDefaults(
                  parts.runner().name(), ProxyParts.sampling(config), config.limits().newTokens()),
              new Answering.Run(
                  config.run().seed(),
                  ProxyParts.sampling(config),
                  config.proxy().sampling().equals("run")),
              scorer);
      try (ProxyServer server =
          ProxyServer.start(settings(token), served, parts.runner().traits(), session.log::line)) {
        announce.accept(new Announcement(server.port(), token, session.state.run()));
        watch(session, server, loop);
      }
    }
    recording.seal(true);
    finish(session);
  }

  private ServerSettings settings(final String token) {
    final ProxySection proxy = config.proxy();
    return new ServerSettings(
        proxy.address(), proxy.port(), token, proxy.maxBodyMib() * MIB, proxy.maxConnections());
  }

  private static String newToken() {
    final byte[] bytes = new byte[TOKEN_BYTES];
    new SecureRandom().nextBytes(bytes);
    return "cpk-" + HexFormat.of().formatHex(bytes);
  }

  private void watch(final Session session, final ProxyServer server, final SamplingLoop loop)
      throws InterruptedException {
    long savedNs = System.nanoTime();
    while (!stop.await(LOOK_MS, TimeUnit.MILLISECONDS)) {
      failIf(loop.failure());
      failIf(server.failure());
      if (System.nanoTime() - savedNs > LEDGER_NS) {
        session.save(false);
        savedNs = System.nanoTime();
      }
    }
  }

  private static void failIf(final RuntimeException failure) {
    if (failure != null) {
      throw failure;
    }
  }

  private void finish(final Session session) {
    session.groups.flush();
    session.save(true);
    DurableFile.write(
        folder.report(), ReportJson.bytes(ReportSource.read(folder, config.plugs().figures())));
    session.log.line("session ends");
  }

  /** Asks for the end; returns at once. */
  void stop() {
    stop.countDown();
  }

  /** Waits until {@link #run} has left everything durable; false if time ran out first. */
  boolean awaitStopped(final long timeoutMs) throws InterruptedException {
    return stopped.await(timeoutMs, TimeUnit.MILLISECONDS);
  }
}
