package dev.coppice.environments.record;

import dev.coppice.environments.canonical.CanonicalJson;
import dev.coppice.environments.tool.SeenResults;
import dev.coppice.environments.tool.SideEffect;
import dev.coppice.environments.toolworld.ToolRequest;
import dev.coppice.environments.toolworld.ToolResult;
import dev.coppice.environments.toolworld.ToolSpec;
import dev.coppice.environments.toolworld.ToolWorld;
import dev.coppice.episode.Observation;
import dev.coppice.episode.Provenance;
import dev.coppice.episode.Score;
import dev.coppice.episode.ToolFailedException;
import dev.coppice.trajectory.Task;
import dev.coppice.trajectory.Task.RuntimeContract;
import dev.coppice.trajectory.ToolCall;
import java.util.List;
import java.util.Map;

/** Walks through recorded states: its own state is a digest. */
final class RecordedWorld implements ToolWorld {
  private final ResultStore store;
  private final StoredSet.Shape shape;
  private Task task;
  private String digest;

  RecordedWorld(final ResultStore store, final StoredSet.Shape shape) {
    this.store = store;
    this.shape = shape;
  }

  @Override
  public List<ToolSpec> tools() {
    return shape.tools();
  }

  @Override
  public RuntimeContract contract() {
    return shape.contract();
  }

  @Override
  public void reset(final Task begun, final long seed) throws ToolFailedException {
    final Map<String, Object> start = store.get(Keys.start(begun, seed));
    if (start == null) {
      throw miss("the start of a task: task=" + begun.id() + " seed=" + seed);
    }
    task = begun;
    digest = (String) start.get("digest");
  }

  private static ToolFailedException miss(final String what) {
    return new ToolFailedException(
        ToolCall.Status.THREW,
        "replay_miss",
        "the store has no recording of "
            + what
            + "; replay the run that was recorded, with its seed and its policy, or record again",
        new Observation.Source(Provenance.RECORDED, 0));
  }

  @Override
  public ToolResult call(final ToolRequest request) throws ToolFailedException {
    final ToolSpec spec = RecordingWorld.spec(shape.tools(), request.tool());
    if (spec == null) {
      return ToolResult.refused("there is no such tool: " + request.tool());
    }
    final String arguments = CanonicalJson.write(request.arguments());
    final String state = request.drawnIn(digest);
    final Map<String, Object> found = store.get(Keys.call(spec, arguments, state));
    if (found == null) {
      throw miss("a call: tool=" + spec.name() + " arguments=" + arguments + " state=" + digest);
    }
    final ToolResult result = StoredResult.result(found);
    if (spec.effect() == SideEffect.WRITE) {
      digest = StoredResult.digestAfter(found);
    }
    return result;
  }

  @Override
  public ToolWorld fork() {
    final RecordedWorld fork = new RecordedWorld(store, shape);
    fork.task = task;
    fork.digest = digest;
    return fork;
  }

  @Override
  public String digest() {
    return digest;
  }

  @Override
  public boolean scoresEndings() {
    return shape.scoresEndings();
  }

  @Override
  public Score reward(final String answer, final SeenResults seen) throws ToolFailedException {
    final Map<String, Object> found = store.get(Keys.reward(task, digest, seen.digest(), answer));
    if (found == null) {
      throw miss("a reward: task=" + task.id() + " state=" + digest + " answer=" + answer);
    }
    return StoredResult.score(found);
  }
}
