package dev.coppice.environments.tool;

import dev.coppice.environments.canonical.CanonicalJson;
import dev.coppice.trajectory.ToolCall;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs calls written as JSON on the tools of a world.
 *
 * <p>Whatever the policy writes, it is answered: text that is no call, a tool that does not exist and
 * arguments of the wrong name or type get an error the policy can read.
 *
 * @param <S> the type of the world's state, which is immutable.
 * @thread immutable, any thread
 */
public final class Toolbox<S> {
  private final Map<String, Tool<S, ?>> tools = new LinkedHashMap<>();

  /**
   * Collects tools.
   *
   * @param tools with different names.
   */
  public Toolbox(final List<Tool<S, ?>> tools) {
    for (final Tool<S, ?> tool : tools) {
      if (this.tools.put(tool.name(), tool) != null) {
        throw new IllegalArgumentException("two tools have one name: name=" + tool.name());
      }
    }
  }

  /**
   * Lists the tools.
   *
   * @return the tools in the order they were given.
   */
  public List<Tool<S, ?>> tools() {
    return List.copyOf(tools.values());
  }

  /**
   * Writes the schemas of all tools.
   *
   * @return a JSON array.
   */
  public String schemas() {
    return CanonicalJson.write(tools.values().stream().map(Tool::schema).toList());
  }

  /**
   * Writes a call as a policy would, in ASCII alone.
   *
   * @param name of the tool.
   * @param arguments of the call.
   * @return {@code {"arguments":{...},"name":"..."}}.
   */
  public static String write(final String name, final Map<String, ?> arguments) {
    return CallText.write(name, arguments);
  }

  /**
   * Lists the names of a tool's arguments.
   *
   * @param tool to look up.
   * @return the names in order.
   */
  public List<String> argumentNames(final String tool) {
    final Tool<S, ?> found = tools.get(tool);
    if (found == null) {
      throw new IllegalArgumentException("there is no such tool: tool=" + tool);
    }
    return found.argumentNames();
  }

  /**
   * Makes calls one after the other; those that are refused leave the state as it was.
   *
   * @param state to begin with.
   * @param calls as a policy would write them.
   * @return the final state, and the results of the calls that succeeded.
   */
  public Replayed<S> replay(final S state, final List<String> calls) {
    S current = state;
    final List<String> results = new ArrayList<>();
    for (final String call : calls) {
      final Outcome<S> outcome = call(current, call);
      current = outcome.state();
      if (outcome.status() == ToolCall.Status.OK) {
        results.add(outcome.result());
      }
    }
    return new Replayed<>(current, List.copyOf(results));
  }

  /**
   * Tells what calls came to.
   *
   * @param <S> the type of the world's state.
   * @param state of the world at the end.
   * @param results of the calls that succeeded, as canonical JSON.
   */
  public record Replayed<S>(S state, List<String> results) {}

  /** Runs a call; the state stays as it was unless the status is OK. */
  Outcome<S> call(final S state, final String text) {
    final CallText call;
    try {
      call = CallText.read(text);
    } catch (final IllegalArgumentException e) {
      return malformed(state, e.getMessage());
    }
    return call(state, call.tool(), call.arguments());
  }

  /**
   * Runs a call.
   *
   * @param state of the world.
   * @param name of the tool; there may be no such tool.
   * @param arguments by name, unchecked.
   * @return what it came to; the state stays as it was unless the status is OK.
   */
  public Outcome<S> call(final S state, final String name, final Map<String, Object> arguments) {
    final String written = CanonicalJson.write(arguments);
    try {
      final Tool<S, ?> tool = tools.get(name);
      if (tool == null) {
        throw new ToolException("there is no such tool; the tools are " + tools.keySet());
      }
      final Step<S> step = tool.run(state, arguments);
      final String result = CanonicalJson.write(step.result());
      return new Outcome<>(step.state(), name, written, ToolCall.Status.OK, result);
    } catch (ToolException e) {
      return new Outcome<>(state, name, written, ToolCall.Status.ILLEGAL, error(e.getMessage()));
    }
  }

  private static <S> Outcome<S> malformed(final S state, final String message) {
    return new Outcome<>(state, "", "{}", ToolCall.Status.MALFORMED, error(message));
  }

  private static String error(final String message) {
    return CanonicalJson.write(Map.of("error", message));
  }

  /**
   * Tells what a call came to.
   *
   * @param <S> the type of the world's state.
   * @param state of the world afterwards.
   * @param tool that was named, or empty.
   * @param arguments as canonical JSON.
   * @param status of the call.
   * @param result as canonical JSON.
   */
  public record Outcome<S>(
      S state, String tool, String arguments, ToolCall.Status status, String result) {}
}
