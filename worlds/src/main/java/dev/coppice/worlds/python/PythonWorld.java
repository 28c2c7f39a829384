package dev.coppice.worlds.python;

import dev.coppice.environments.canonical.CanonicalJson;
import dev.coppice.environments.canonical.StateDigest;
import dev.coppice.environments.tool.SeenResults;
import dev.coppice.environments.tool.SideEffect;
import dev.coppice.environments.toolworld.ToolRequest;
import dev.coppice.environments.toolworld.ToolResult;
import dev.coppice.environments.toolworld.ToolSpec;
import dev.coppice.environments.toolworld.ToolWorld;
import dev.coppice.episode.Observation;
import dev.coppice.episode.Score;
import dev.coppice.episode.ToolFailedException;
import dev.coppice.trajectory.Task;
import dev.coppice.trajectory.ToolCall;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Keeps one interpreter, which remembers what earlier cells defined.
 *
 * <p>A fork is a fork of the process, whatever its cells were. Where that would share something (a
 * cell has written files) the cells are run again in a sandbox of the branch's own. The same happens
 * after a cell that ended its interpreter (out of time, a flood, {@code os._exit}): that cell is
 * undone, and the state is again what it was before. A cell that answers otherwise when it is run
 * again, because it asked the clock for example, fails its branch; it never continues in a state it
 * did not have.
 *
 * <p>The digest covers the cells and what they wrote. Addresses in what they write are blanked,
 * since they differ from process to process.
 */
final class PythonWorld implements ToolWorld {
  private static final String NAME = "python";
  private static final int LONGEST_CODE_CHARS = 1 << 15;
  private static final Set<String> ARGUMENTS = Set.of("code");
  private static final Pattern ADDRESS = Pattern.compile(" at 0x[0-9a-f]{6,16}\\b");

  private static final ToolSpec TOOL =
      new ToolSpec(
          NAME,
          "Runs a cell of Python and shows what it prints and its last expression. Definitions stay"
              + " for later cells. No network, no files but in /tmp, a few seconds per cell.",
          SideEffect.WRITE,
          "1",
          Map.of(
              "type",
              "object",
              "properties",
              Map.of("code", Map.of("type", "string", "description", "The cell, whole lines.")),
              "required",
              List.of("code")),
          Map.of());

  private final Bubblewrap sandbox;
  private final SandboxLimits limits;
  private final CellTally tally;
  private final List<Cell> history = new ArrayList<>();
  private PythonProblem problem;
  private long seed;
  private String digest;
  private volatile PythonSession session;
  private volatile boolean closed;

  PythonWorld(final Bubblewrap sandbox, final SandboxLimits limits, final CellTally tally) {
    this.sandbox = sandbox;
    this.limits = limits;
    this.tally = tally;
  }

  /** Remembers a cell that was run, and the answer it gave. */
  private record Cell(String code, String answer) {}

  @Override
  public List<ToolSpec> tools() {
    return List.of(TOOL);
  }

  /** Begins without an interpreter: the first cell starts it. */
  @Override
  public void reset(final Task task, final long seed) {
    release();
    history.clear();
    problem = PythonProblem.read(task.input());
    this.seed = seed;
    digest = StateDigest.of(NAME + "\0" + task.input() + "\0" + seed);
  }

  @Override
  public ToolResult call(final ToolRequest request) throws Exception {
    if (!request.tool().equals(NAME)) {
      return ToolResult.refused("there is no such tool; the tools are [python]");
    }
    if (!request.arguments().keySet().equals(ARGUMENTS)
        || !(request.arguments().get("code") instanceof String code)) {
      return ToolResult.refused("python needs one argument, the string code");
    }
    if (code.length() > LONGEST_CODE_CHARS) {
      return ToolResult.refused(
          "code must not be longer than " + LONGEST_CODE_CHARS + " characters");
    }
    final CellResult result = result(code);
    if (!result.isAlive()) {
      release();
      return ToolResult.refused(ending(result.status()) + "; what it did is undone");
    }
    final String answer = answer(result);
    history.add(new Cell(code, answer));
    digest = StateDigest.of(digest + "\0" + code + "\0" + answer);
    return ToolResult.ok(answer);
  }

  /**
   * Runs a cell. One that ends in a sandbox of several states, or meets their files, is run in a
   * sandbox of its own: what became of it may have been another's doing.
   */
  private CellResult result(final String code)
      throws IOException, InterruptedException, ToolFailedException {
    if (session == null || !session.isOpen()) {
      release();
      restore();
    }
    final boolean shared = session.isShared();
    final CellResult result = run(code);
    return switch (result.status()) {
      case MOVED, DIED, MEMORY -> {
        if (!shared) {
          yield result;
        }
        release();
        restore();
        yield run(code);
      }
      case OK, RAISED, TIMEOUT, FLOODED -> result;
    };
  }

  private CellResult run(final String code) throws InterruptedException {
    try {
      return session.run(code);
    } catch (InterruptedException e) {
      release();
      throw e;
    }
  }

  private String ending(final CellResult.Status status) {
    return switch (status) {
      case TIMEOUT -> "the cell was stopped after " + limits.cellTimeoutMs() + " ms";
      case FLOODED -> "the cell was stopped because it wrote without end";
      case MEMORY ->
          "the cell was stopped because it held more than "
              + (limits.memoryBytes() >> 20)
              + " MiB of memory";
      case DIED -> "the cell ended its interpreter";
      case OK, RAISED, MOVED ->
          throw new IllegalStateException("the interpreter did not end: status=" + status);
    };
  }

  /** Starts an interpreter and runs all cells again. */
  private void restore() throws IOException, InterruptedException, ToolFailedException {
    final PythonSession fresh = PythonSession.start(sandbox, limits, seed);
    session = fresh;
    if (closed) {
      // The branch was given up while the interpreter came up.
      fresh.close();
    }
    if (!history.isEmpty()) {
      tally.rebuilt.increment();
      tally.replayedCells.add(history.size());
    }
    for (int i = 0; i < history.size(); i++) {
      final CellResult again = fresh.run(history.get(i).code());
      if (!again.isAlive() || !answer(again).equals(history.get(i).answer())) {
        release();
        throw new ToolFailedException(
            ToolCall.Status.INVALID,
            "replay_diverged",
            "cell " + i + " answered otherwise when it was run again: " + history.get(i).code(),
            Observation.Source.REAL);
      }
    }
  }

  private static String answer(final CellResult result) {
    final Map<String, Object> answer = new TreeMap<>();
    answer.put("output", ADDRESS.matcher(result.output()).replaceAll(" at 0x0"));
    if (result.status() == CellResult.Status.RAISED) {
      answer.put("raised", true);
    }
    if (result.droppedBytes() > 0) {
      answer.put("dropped_bytes", result.droppedBytes());
    }
    return CanonicalJson.write(answer);
  }

  /** Copies the interpreter; a copy that gets none here runs the cells again when it is first asked. */
  @Override
  public ToolWorld fork() {
    final PythonWorld fork = new PythonWorld(sandbox, limits, tally);
    fork.problem = problem;
    fork.seed = seed;
    fork.digest = digest;
    fork.history.addAll(history);
    final PythonSession current = session;
    if (current == null || !current.isOpen()) {
      return fork;
    }
    try {
      final long startNs = System.nanoTime();
      fork.session = current.fork();
      if (fork.session != null) {
        tally.forked.increment();
        tally.forkUs.add((System.nanoTime() - startNs) / 1_000);
      }
      return fork;
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while an interpreter forked", e);
    }
  }

  @Override
  public boolean scoresAnswerAlone() {
    return true;
  }

  @Override
  public String digest() {
    return digest;
  }

  @Override
  public Score reward(final String answer, final SeenResults seen) {
    final boolean right = answer != null && answer.strip().equals(problem.answer());
    final double reward = right ? 1.0 : 0.0;
    return new Score(reward, Map.of("answer", reward), answer == null ? null : answer.strip());
  }

  /** Returns the live interpreter, or null. */
  PythonSession session() {
    return session;
  }

  @Override
  public void close() {
    closed = true;
    release();
  }

  private void release() {
    final PythonSession current = session;
    session = null;
    if (current != null) {
      current.close();
    }
  }
}
