package dev.coppice.app.explorer.index;

import dev.coppice.app.config.ConfigLoader;
import dev.coppice.app.config.RunConfig;
import dev.coppice.app.folder.ArmState;
import dev.coppice.app.folder.RunFolder;
import dev.coppice.app.folder.RunFolderException;
import dev.coppice.app.folder.RunSettings;
import dev.coppice.app.folder.RunState;
import dev.coppice.app.report.Metric;
import dev.coppice.app.report.RunMeasure;
import dev.coppice.app.report.RunReport;
import dev.coppice.bridge.fate.GroupFate;
import dev.coppice.bridge.fate.GroupFates;
import dev.coppice.trajectory.ToolCall;
import dev.coppice.trajectory.TrajectoryNode;
import dev.coppice.trajectory.TrajectoryTree;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Knows one run folder: a summary and the place of every finished group, and no group itself.
 *
 * <p>{@link #poll} reads what was added. Whatever is wrong with the folder is kept as its fault and
 * shown; what was read before stays.
 *
 * @thread one polls; any may ask.
 * @cost some 600 bytes a group; the report's sums grow with tasks.
 */
public final class ExploredRun implements AutoCloseable {
  private static final double NS_PER_SECOND = 1e9;
  private static final int REST = 5;
  private static final long LIVE_NS = 3_000_000_000L;

  private final String id;
  private final RunFolder folder;
  private final RunKind kind;
  private final GroupSource source;
  private final GroupFates fates;
  private final SearchText search = new SearchText();
  private final List<byte[]> rows = new ArrayList<>();
  private final List<GroupSource.Place> places = new ArrayList<>();
  private final RunConfig config;
  private final TokenText text;
  private RunMeasure measure;
  private RunReport report;
  private int reported;
  private long reportedNs;
  private long reportNs;
  private Map<Long, GroupFate> fateNow = Map.of();
  private List<Integer> published = List.of();
  private long trainBytes;
  private long changedNs = Long.MIN_VALUE;
  private volatile String fault = "";

  ExploredRun(final String id, final Path root) {
    this.id = id;
    this.folder = new RunFolder(root);
    this.kind = RunKind.of(folder);
    this.source =
        kind == RunKind.RUN
            ? new TraceSource(folder.traces())
            : new ServedSource(folder.trajectories());
    this.fates = new GroupFates(folder.bridge());
    RunConfig read = null;
    try {
      read = new ConfigLoader().file(folder.config()).load();
    } catch (final RuntimeException e) {
      fault = "the configuration cannot be read: " + e.getMessage();
    }
    this.config = read;
    this.text = read == null ? TokenText.none(fault) : TokenText.of(read);
    this.measure = newMeasure();
  }

  private RunMeasure newMeasure() {
    return new RunMeasure(
        config == null ? List.of(Metric.values()) : config.plugs().figures(),
        RunSettings.read(folder.config()));
  }

  /**
   * Reads what was added to the folder.
   *
   * @param untilNs when to stop, by {@link System#nanoTime}.
   * @return what to do next.
   */
  Progress poll(final long untilNs) {
    final int before = size();
    boolean more = false;
    boolean changed = false;
    try {
      more = source.poll(untilNs, this::add);
      changed = pollFates() | pollTraining();
    } catch (final RuntimeException e) {
      final String now = String.valueOf(e.getMessage());
      changed = !now.equals(fault);
      fault = now;
    }
    changed |= size() > before;
    if (changed) {
      changedNs = System.nanoTime();
    }
    return new Progress(changed, more);
  }

  /**
   * Says how a poll went.
   *
   * @param changed whether there is something new to show.
   * @param more whether there is more to read at once.
   */
  record Progress(boolean changed, boolean more) {}

  private void add(final GroupSource.Place place, final ShownGroup group) {
    final String words = words(group);
    synchronized (this) {
      rows.add(PlainJson.bytes(GroupRow.of(rows.size(), group)));
      places.add(place);
      search.add(words);
      if (kind == RunKind.RUN) {
        measure.add(group.arm(), group.group(), group.ledgers());
      }
    }
  }

  /** Gathers what can be searched: the task, all text of all nodes, calls and answers. */
  private String words(final ShownGroup shown) {
    final StringBuilder words = new StringBuilder(shown.group().task().id());
    words.append('\n').append(shown.group().task().input());
    for (final TrajectoryTree tree : shown.group().trees()) {
      for (final TrajectoryNode node : tree.nodes()) {
        words.append('\n').append(text.text(node.tokens()));
      }
      for (final ToolCall call : tree.calls()) {
        words.append('\n').append(call.tool()).append(' ').append(call.arguments());
      }
      tree.leaves()
          .forEach(leaf -> words.append('\n').append(leaf.answer() == null ? "" : leaf.answer()));
    }
    return words.toString();
  }

  private boolean pollFates() {
    if (kind != RunKind.SERVE || !fates.poll()) {
      return false;
    }
    synchronized (this) {
      fateNow = fates.fates();
      published = fates.published();
    }
    return true;
  }

  private boolean pollTraining() {
    final long bytes = trainLog().toFile().length();
    final boolean changed = bytes != trainBytes;
    trainBytes = bytes;
    return changed;
  }

  private Path trainLog() {
    return folder.root().resolve("train.jsonl");
  }

  /**
   * Returns the name the page calls the run by.
   *
   * @return the path of the folder below what the command named.
   */
  public String id() {
    return id;
  }

  /**
   * Returns the folder.
   *
   * @return its files.
   */
  public RunFolder folder() {
    return folder;
  }

  /**
   * Returns what made the folder.
   *
   * @return run, serve or train.
   */
  public RunKind kind() {
    return kind;
  }

  /**
   * Returns the configuration.
   *
   * @return null where it cannot be read.
   */
  public RunConfig config() {
    return config;
  }

  /**
   * Returns what turns tokens into text.
   *
   * @return open as long as the run is.
   */
  public TokenText text() {
    return text;
  }

  /**
   * Says what is wrong with the folder.
   *
   * @return an empty string where nothing is.
   */
  public String fault() {
    return fault;
  }

  /**
   * Returns whether the folder grew in the last seconds.
   *
   * @return true while something writes it.
   */
  public boolean isLive() {
    return changedNs != Long.MIN_VALUE && System.nanoTime() - changedNs < LIVE_NS;
  }

  /**
   * Counts the groups read so far.
   *
   * @return the number.
   */
  public synchronized int size() {
    return rows.size();
  }

  /**
   * Says how much of the folder's groups was read.
   *
   * @return a share in [0, 1].
   */
  public double readShare() {
    final long bytes = source.bytes();
    return bytes == 0 ? 1 : Math.min(1, source.readBytes() / (double) bytes);
  }

  /**
   * Returns summaries of groups.
   *
   * @param from the first of them.
   * @return a JSON array.
   */
  public synchronized byte[] rows(final int from) {
    final ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.write('[');
    for (int i = Math.max(0, from); i < rows.size(); i++) {
      if (i > from) {
        all.write(',');
      }
      all.writeBytes(rows.get(i));
    }
    all.write(']');
    return all.toByteArray();
  }

  /**
   * Reads a group from its file.
   *
   * @param index its row.
   * @return the group, or null where its segment is gone.
   * @throws IllegalArgumentException if there is no such row.
   */
  public ShownGroup group(final int index) {
    final GroupSource.Place place;
    synchronized (this) {
      if (index < 0 || index >= places.size()) {
        throw new IllegalArgumentException("no such group: run=" + id + " group=" + index);
      }
      place = places.get(index);
    }
    return source.load(place);
  }

  /**
   * Finds groups by their text.
   *
   * @param words to find.
   * @param most groups to find.
   * @return the first matches, by row.
   */
  public Map<Integer, String> find(final String words, final int most) {
    final Map<Integer, String> found = new java.util.LinkedHashMap<>();
    search.find(words, most).forEach(match -> found.put(match.group(), match.around()));
    return found;
  }

  /**
   * Returns what became of the groups of a served run.
   *
   * @return by the number of the group; empty for other runs.
   */
  public synchronized Map<Long, GroupFate> fates() {
    return fateNow;
  }

  /**
   * Lists the versions of weights a served run was given.
   *
   * @return the versions in order.
   */
  public synchronized List<Integer> published() {
    return published;
  }

  /**
   * Returns the log of a training run.
   *
   * @return its lines as a JSON array; empty for other runs.
   */
  public String trainLines() {
    return TrainLines.array(trainLog());
  }

  /**
   * Returns how far the arms are.
   *
   * @return the ledger, or null where there is none yet or it is no run's.
   */
  public RunState state() {
    if (kind != RunKind.RUN || !Files.exists(folder.ledger())) {
      return null;
    }
    try {
      return RunState.load(folder.ledger());
    } catch (final RunFolderException e) {
      fault = String.valueOf(e.getMessage());
      return null;
    }
  }

  /**
   * Computes the figures of the groups read so far.
   *
   * @return the report, or null where there are none.
   */
  public synchronized RunReport report() {
    if (kind != RunKind.RUN || rows.isEmpty()) {
      return null;
    }
    // While thousands of groups are read, figures of every moment would cost more than reading.
    final boolean rested = System.nanoTime() - reportedNs > REST * reportNs;
    if (report == null || (reported != rows.size() && rested)) {
      final long startNs = System.nanoTime();
      final RunState state = state();
      if (state != null) {
        for (final ArmState arm : state.arms()) {
          if (arm.wallNs() > 0) {
            measure.wall(arm.arm(), arm.wallNs() / NS_PER_SECOND);
          }
        }
      }
      report = measure.report();
      reported = rows.size();
      reportedNs = System.nanoTime();
      reportNs = reportedNs - startNs;
    }
    return report;
  }

  @Override
  public void close() {
    search.close();
    fates.close();
    text.close();
  }
}
