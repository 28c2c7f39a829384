package dev.coppice.app.proxy;

import dev.coppice.app.config.RunConfig;
import dev.coppice.app.folder.GroupScan;
import dev.coppice.app.folder.RunFolder;
import dev.coppice.app.folder.RunState;
import dev.coppice.app.folder.StoredGroup;
import dev.coppice.app.folder.StoredTree;
import dev.coppice.app.folder.TraceLines;
import dev.coppice.app.run.ProjectPaths;
import dev.coppice.bridge.journal.JournalReader;
import dev.coppice.bridge.trace.Trace;
import dev.coppice.chat.ChatTemplate;
import dev.coppice.chat.tokenizer.ModelTokenizer;
import dev.coppice.model.Tokenizer;
import dev.coppice.proxy.recorded.RecordEvent;
import dev.coppice.proxy.recorded.RecordLog;
import dev.coppice.proxy.recorded.RecordedJson;
import dev.coppice.proxy.recorded.Recording;
import dev.coppice.proxy.recorded.TalkReader;
import dev.coppice.proxy.talk.Talk;
import dev.coppice.rollout.GroupResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Makes the groups of a proxy's run from its log again and holds the traces against them.
 *
 * @thread one.
 */
public final class LoggedGroups {
  private static final RecordLog NOWHERE =
      new RecordLog() {
        @Override
        public void append(final RecordEvent event) {
          throw new IllegalStateException("a replay records nothing");
        }

        @Override
        public void force() {}
      };

  private final RunFolder folder;
  private final RunConfig config;
  private final Map<Long, GroupResult> derived = new HashMap<>();

  /**
   * Makes a check.
   *
   * @param folder of the run.
   * @param config of it.
   */
  public LoggedGroups(final RunFolder folder, final RunConfig config) {
    this.folder = folder;
    this.config = config;
  }

  /**
   * Says whether a folder was made by the proxy.
   *
   * @param folder of a run.
   * @return true if it holds a log of agents.
   */
  public static boolean isIn(final RunFolder folder) {
    return Files.exists(ProxyLog.path(folder));
  }

  /**
   * Compares every group of the traces with what the log makes of it.
   *
   * @param findings told every difference.
   */
  public void check(final Consumer<String> findings) {
    replay();
    final TreeSet<Long> unseen = new TreeSet<>(derived.keySet());
    try (GroupScan scan = new GroupScan(folder.traces())) {
      for (StoredGroup group = scan.next(); group != null; group = scan.next()) {
        unseen.remove(group.number());
        compare(group, findings);
      }
    }
    unseen.forEach(
        number -> findings.accept("group " + number + ": proxy.log seals it, the traces lack it"));
  }

  private void replay() {
    final Path model = ProjectPaths.model(config.model().path());
    try (Tokenizer tokenizer = ModelTokenizer.open(model);
        JournalReader reader = new JournalReader(ProxyLog.path(folder), ProxyLog.CONTENT)) {
      final ChatTemplate template = ProxyParts.template(config, model);
      final Talk talk = template == null ? null : new Talk(template, tokenizer);
      final Recording recording =
          new Recording(
              ProxyJob.rules(config, RunState.load(folder.ledger())),
              NOWHERE,
              result -> derived.put((long) result.request().index(), result),
              new TalkReader(talk, tokenizer),
              System::nanoTime);
      while (reader.next()) {
        final byte[] bytes = new byte[reader.length()];
        reader.payload().getBytes(0, bytes);
        recording.replay(RecordedJson.read(reader.type(), bytes));
      }
    }
  }

  private void compare(final StoredGroup group, final Consumer<String> findings) {
    final GroupResult result = derived.get(group.number());
    final List<StoredTree> stored = group.trees();
    if (result == null) {
      // Killed between the trace and the seal: a resume seals it.
      return;
    }
    if (result.group().trees().size() != stored.size()) {
      findings.accept(
          group.id() + ": proxy.log makes " + result.group().trees().size() + " trees of it");
      return;
    }
    for (int i = 0; i < stored.size(); i++) {
      final Trace trace =
          new Trace(result.group().trees().get(i), stored.get(i).trace().credit())
              .in(result.group());
      final StoredTree again =
          new StoredTree(ProxyGroups.ARM, stored.size(), trace, result.ledgers().get(i));
      if (!Arrays.equals(TraceLines.line(again), TraceLines.line(stored.get(i)))) {
        findings.accept(group.id() + ": tree " + i + " differs from what proxy.log makes of it");
      }
    }
  }
}
