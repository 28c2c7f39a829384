package dev.coppice.environments.toolworld;

import dev.coppice.environments.tool.SeenResults;
import dev.coppice.environments.tool.Tool;
import dev.coppice.environments.tool.Toolbox;
import dev.coppice.episode.Score;
import dev.coppice.trajectory.Task;
import dev.coppice.trajectory.ToolCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Runs a world whose state is one immutable value: a fork copies a reference.
 *
 * @param <S> the type of the state.
 * @cost a fork is one object of 32 bytes.
 */
public final class ToolboxWorld<S> implements ToolWorld {
  private final Shape<S> shape;
  private Task task;
  private S state;

  /** Holds what all instances share: the model and the specs made from its toolbox. */
  private record Shape<S>(WorldModel<S> model, List<ToolSpec> specs) {}

  private ToolboxWorld(final Shape<S> shape, final Task task, final S state) {
    this.shape = shape;
    this.task = task;
    this.state = state;
  }

  /**
   * Makes an instance that is to be reset; derives the schemas of all tools, so whoever needs many
   * instances makes one and forks it.
   *
   * @param model of the world.
   */
  public ToolboxWorld(final WorldModel<S> model) {
    this(new Shape<>(model, specs(model)), null, null);
  }

  private static <S> List<ToolSpec> specs(final WorldModel<S> model) {
    final List<ToolSpec> specs = new ArrayList<>();
    for (final Tool<S, ?> tool : model.toolbox().tools()) {
      specs.add(
          new ToolSpec(
              tool.name(),
              tool.description(),
              tool.effect(),
              model.version(),
              tool.parameters(),
              Map.of()));
    }
    return List.copyOf(specs);
  }

  @Override
  public List<ToolSpec> tools() {
    return shape.specs;
  }

  @Override
  public void reset(final Task begun, final long seed) {
    task = begun;
    state = shape.model.initial(begun, seed);
  }

  @Override
  public ToolResult call(final ToolRequest request) {
    final Toolbox.Outcome<S> outcome =
        shape.model.toolbox().call(state, request.tool(), request.arguments());
    if (outcome.status() != ToolCall.Status.OK) {
      return new ToolResult(
          ToolCall.Status.ILLEGAL,
          outcome.result(),
          false,
          false,
          0.0,
          null,
          dev.coppice.episode.Observation.Source.REAL);
    }
    if (outcome.state() != state) {
      state = outcome.state();
    }
    return ToolResult.ok(outcome.result());
  }

  @Override
  public ToolboxWorld<S> fork() {
    return new ToolboxWorld<>(shape, task, state);
  }

  @Override
  public String digest() {
    return shape.model.digest(state);
  }

  @Override
  public Score reward(final String answer, final SeenResults seen) {
    return shape.model.reward(task, state, seen, answer);
  }

  /**
   * Returns the state.
   *
   * @return the state, which never changes.
   */
  public S state() {
    return state;
  }
}
