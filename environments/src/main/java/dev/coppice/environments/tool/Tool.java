package dev.coppice.environments.tool;

import java.util.Map;
import java.util.Objects;

/**
 * Describes a tool: its name, what it does, and the record it takes.
 *
 * @param <S> the type of the world's state.
 * @param <A> the record of the arguments.
 * @param name in snake case.
 * @param description for the model.
 * @param effect of the tool on the world.
 * @param type of the arguments; every component has an {@link Argument}.
 * @param body that runs the tool.
 */
public record Tool<S, A extends Record>(
    String name, String description, Effect effect, Class<A> type, ToolBody<S, A> body) {
  /** Checks that nothing is missing and that arguments can be read into the record. */
  public Tool {
    Objects.requireNonNull(description, "description is null");
    Objects.requireNonNull(effect, "effect is null");
    Objects.requireNonNull(body, "body is null");
    if (!name.matches("[a-z][a-z0-9_]*")) {
      throw new IllegalArgumentException("a tool's name is in snake case: name=" + name);
    }
    ArgumentReader.check(name, type);
  }

  /**
   * Derives the schema in the form of OpenAI's function calls.
   *
   * @return a JSON object with {@code name}, {@code description} and {@code parameters}.
   */
  public Map<String, Object> schema() {
    return Map.of(
        "name", name, "description", description, "parameters", ArgumentReader.schema(type));
  }

  /** Reads the arguments and runs the tool. */
  Step<S> run(final S state, final Map<?, ?> arguments) throws ToolException {
    final Step<S> step = body.run(state, ArgumentReader.read(name, type, arguments));
    if (effect != Effect.WRITE && step.state() != state) {
      throw new IllegalStateException("a tool that may not write has written: name=" + name);
    }
    return step;
  }
}
