package dev.coppice.environments.user;

import dev.coppice.environments.canonical.CanonicalJson;
import dev.coppice.environments.canonical.StateDigest;
import dev.coppice.environments.forwarding.ForwardingWorld;
import dev.coppice.environments.tool.SeenResults;
import dev.coppice.environments.toolworld.ToolRequest;
import dev.coppice.environments.toolworld.ToolResult;
import dev.coppice.environments.toolworld.ToolSpec;
import dev.coppice.environments.toolworld.ToolWorld;
import dev.coppice.episode.Observation;
import dev.coppice.episode.Score;
import dev.coppice.trajectory.Task;
import dev.coppice.trajectory.ToolCall;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Keeps what was said beside the state of a world: a fork copies a list that never changes.
 *
 * <p>The user hears what the agent says, never its calls and their results.
 */
final class UserWorld extends ForwardingWorld {
  private static final List<String> ENDS =
      List.of(SimulatedUser.STOP, SimulatedUser.TRANSFER, SimulatedUser.OUT_OF_SCOPE);

  private final UserTaskset tasks;
  private Task task;
  private List<String> said = List.of();

  UserWorld(final UserTaskset tasks, final ToolWorld base) {
    super(base);
    this.tasks = tasks;
  }

  @Override
  public List<ToolSpec> tools() {
    return tasks.tools(base().tools());
  }

  @Override
  public void reset(final Task begun, final long seed) throws Exception {
    base().reset(begun, seed);
    task = begun;
    said = tasks.begun(begun);
  }

  @Override
  public ToolResult call(final ToolRequest request) throws Exception {
    if (!request.tool().equals(ToolSpec.SAY)) {
      return base().call(request);
    }
    final List<String> longer = new ArrayList<>(said);
    longer.add(String.valueOf(request.arguments().get("text")));
    final String reply = tasks.next(task, List.copyOf(longer), request.seed());
    longer.add(reply);
    said = List.copyOf(longer);
    return new ToolResult(
        ToolCall.Status.OK,
        reply,
        null,
        ENDS.stream().anyMatch(reply::contains),
        0.0,
        null,
        Observation.Source.REAL);
  }

  @Override
  public ToolWorld fork() {
    final UserWorld fork = new UserWorld(tasks, base().fork());
    fork.task = task;
    fork.said = said;
    return fork;
  }

  @Override
  public String digest() {
    return StateDigest.of(base().digest() + CanonicalJson.write(said));
  }

  @Override
  public boolean drawsAfresh(final String tool) {
    return tool.equals(ToolSpec.SAY) ? tasks.draws() : base().drawsAfresh(tool);
  }

  @Override
  public boolean scoresEndings() {
    return true;
  }

  @Override
  public Score reward(final String answer, final SeenResults seen) throws Exception {
    return reward(answer, seen, ToolRequest.ANY);
  }

  /** Scores all that the agent said as the answer: there is no other. */
  @Override
  public Score reward(final String answer, final SeenResults seen, final long sample)
      throws Exception {
    final Stream<String> own =
        Stream.iterate(0, place -> place < said.size(), place -> place + 2).map(said::get);
    return base().reward(String.join("\n", own.toList()), seen, sample);
  }
}
