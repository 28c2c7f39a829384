package dev.coppice.environments.tool;

import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Describes a tool: its name, what it does, and the record it takes.
 *
 * @param <S> the type of the world's state.
 * @param <A> the record of the arguments.
 * @thread immutable, any thread
 */
public final class Tool<S, A extends Record> {
  private final String name;
  private final String description;
  private final SideEffect effect;
  private final ArgumentReader<A> reader;
  private final ToolBody<S, A> body;

  /**
   * Describes a tool.
   *
   * @param name in snake case.
   * @param description for the model.
   * @param effect of the tool on the world.
   * @param type of the arguments; every component has an {@link Argument}.
   * @param body that runs the tool.
   */
  public Tool(
      final String name,
      final String description,
      final SideEffect effect,
      final Class<A> type,
      final ToolBody<S, A> body) {
    if (!name.matches("[a-z][a-z0-9_]*")) {
      throw new IllegalArgumentException("a tool's name is in snake case: name=" + name);
    }
    this.name = name;
    this.description = Objects.requireNonNull(description, "description is null");
    this.effect = Objects.requireNonNull(effect, "effect is null");
    this.body = Objects.requireNonNull(body, "body is null");
    reader = new ArgumentReader<>(name, type);
  }

  /**
   * Returns the name.
   *
   * @return the name in snake case.
   */
  public String name() {
    return name;
  }

  /**
   * Returns what the tool does to the world.
   *
   * @return the effect.
   */
  public SideEffect effect() {
    return effect;
  }

  /**
   * Returns what the tool does.
   *
   * @return the description for the model.
   */
  public String description() {
    return description;
  }

  /**
   * Derives the JSON schema of the arguments.
   *
   * @return an object with {@code properties} and {@code required}.
   */
  public Map<String, Object> parameters() {
    return reader.schema();
  }

  /**
   * Lists the names of the arguments.
   *
   * @return the names in order.
   */
  public List<String> argumentNames() {
    return reader.names();
  }

  /**
   * Derives the schema in the form of OpenAI's function calls.
   *
   * @return a JSON object with {@code name}, {@code description} and {@code parameters}.
   */
  public Map<String, Object> schema() {
    return Map.of("name", name, "description", description, "parameters", reader.schema());
  }

  /** Reads the arguments and runs the tool. */
  Step<S> run(final S state, final Map<?, ?> arguments) throws ToolException {
    final Step<S> step = body.run(state, reader.read(arguments));
    if (effect != SideEffect.WRITE && step.state() != state) {
      throw new IllegalStateException("a tool that may not write has written: name=" + name);
    }
    return step;
  }
}
