package dev.coppice.environments.contract;

import dev.coppice.environments.record.RecordedTaskset;
import dev.coppice.environments.record.RecordingTaskset;
import dev.coppice.environments.record.ResultStore;
import dev.coppice.environments.toolworld.Taskset;
import dev.coppice.environments.toolworld.ToolSpec;
import dev.coppice.environments.toolworld.ToolWorld;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Checks the contract of a world with random episodes; what breaks it is shortened before it is
 * told.
 *
 * <p>Every episode is played on the world itself, on a recording of it, and on what was recorded;
 * all three must show the same.
 *
 * @thread one at a time.
 */
public final class WorldCheck {
  static final String BRANCHES_APART = "branches never see each other";
  static final String SAME_PATH = "the same path gives the same answers and digests";
  static final String EQUAL_STATES = "equal digests mean equal states";
  static final String ONLY_WRITES_WRITE =
      "only WRITE tools change the state, and not if they refuse";
  static final String REWARDS = "a state is scored the same way twice, and not changed by it";
  static final String RECORDINGS = "a recording and its replay show what the world shows";
  static final String NOTHING_THROWS = "calls are answered, not thrown back";

  /** The laws, in the order they are reported. */
  static final List<String> LAWS =
      List.of(
          BRANCHES_APART,
          SAME_PATH,
          EQUAL_STATES,
          ONLY_WRITES_WRITE,
          REWARDS,
          RECORDINGS,
          NOTHING_THROWS);

  private static final int MAX_SHORTENINGS = 2_000;

  private final Taskset taskset;
  private final CheckTally tally = new CheckTally();

  /**
   * Prepares a check.
   *
   * @param taskset of the world; not closed by the check.
   */
  public WorldCheck(final Taskset taskset) {
    this.taskset = taskset;
  }

  /**
   * Plays random episodes until a law breaks.
   *
   * @param episodes to play.
   * @param seed of the first; the others count up.
   * @return what was tried and found.
   */
  public CheckReport run(final int episodes, final long seed) {
    final List<ToolSpec> tools;
    try (ToolWorld world = taskset.open()) {
      tools = world.tools();
    }
    CheckReport.Broken broken = null;
    for (int i = 0; i < episodes && broken == null; i++) {
      tally.episodes++;
      broken = episode(seed + i);
    }
    final List<String> untried =
        tools.stream().map(ToolSpec::name).filter(name -> !tally.tools.contains(name)).toList();
    return new CheckReport(taskset.name(), tally.counts(), untried, broken);
  }

  private CheckReport.Broken episode(final long seed) {
    Script script = null;
    try {
      script = new ScriptWriter(taskset).write(seed);
      check(script);
      return null;
    } catch (final BrokenContractException e) {
      return shortened(script, e, seed);
    } catch (final Exception e) {
      final Script none = new Script(taskset.task(0), seed, List.of());
      return new CheckReport.Broken(
          NOTHING_THROWS, "the world could not be started: " + e, none, seed);
    }
  }

  private void check(final Script script) throws BrokenContractException {
    final List<String> real = new ScriptPlayer(taskset, tally, true).play(script);
    final Path folder = folder();
    try {
      final List<String> recorded;
      try (ResultStore store = ResultStore.write(folder)) {
        // Where fresh worlds are processes, the real episode's have been looked at, which will do.
        recorded =
            new ScriptPlayer(new RecordingTaskset(taskset, store), tally, canFork()).play(script);
      }
      assertSame("recorded", real, recorded);
      try (ResultStore store = ResultStore.read(folder)) {
        assertSame(
            "replayed",
            recorded,
            new ScriptPlayer(new RecordedTaskset(store), tally, true).play(script));
      }
    } finally {
      remove(folder);
    }
  }

  private boolean canFork() {
    try (ToolWorld world = taskset.open()) {
      return world.canFork();
    }
  }

  private void assertSame(final String how, final List<String> expected, final List<String> shown)
      throws BrokenContractException {
    try (ToolWorld world = taskset.open()) {
      if ((world.isRepeatable() || how.equals("replayed")) && !expected.equals(shown)) {
        throw new BrokenContractException(
            RECORDINGS, "the episode was " + expected + "; " + how + " it was " + shown);
      }
    }
  }

  /** Takes out steps for as long as some law stays broken. */
  private CheckReport.Broken shortened(
      final Script script, final BrokenContractException found, final long seed) {
    Script shortest = script;
    BrokenContractException reason = found;
    int tries = 0;
    for (int step = 0; step < shortest.steps().size() && tries < MAX_SHORTENINGS; tries++) {
      final Script shorter = shortest.without(step);
      try {
        check(shorter);
        step++;
      } catch (final BrokenContractException e) {
        shortest = shorter;
        reason = e;
        step = 0;
      }
    }
    return new CheckReport.Broken(reason.law(), reason.getMessage(), shortest, seed);
  }

  private static Path folder() {
    try {
      return Files.createTempDirectory("coppice-check");
    } catch (final IOException e) {
      throw new UncheckedIOException("no room for a temporary recording", e);
    }
  }

  private static void remove(final Path folder) {
    try (var files = Files.list(folder)) {
      for (final Path file : new ArrayList<>(files.toList())) {
        Files.delete(file);
      }
      Files.delete(folder);
    } catch (final IOException e) {
      throw new UncheckedIOException("a temporary recording could not be removed: " + folder, e);
    }
  }
}
