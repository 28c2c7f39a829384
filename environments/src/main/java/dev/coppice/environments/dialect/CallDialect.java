package dev.coppice.environments.dialect;

import dev.coppice.environments.tool.CallNotation;
import dev.coppice.environments.toolworld.CallFormat;
import dev.coppice.episode.Dialect;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Says how a model writes calls: the marks around them, what ends them, and what stands between.
 *
 * <pre>
 *   hermes    &lt;tool_call&gt;{"name": "f", "arguments": {"a": 1}}&lt;/tool_call&gt;   Hermes, Qwen, SmolLM2
 *   llama3    {"name": "f", "parameters": {"a": 1}}                      Llama 3.1 to 3.3
 *   pythonic  [f(a=1), g(b="x")]                                         Llama 3.2 and 4
 *   mistral   [TOOL_CALLS][{"name": "f", "arguments": {"a": 1}}]         Mistral, up to 2024
 *   mistral-args   [TOOL_CALLS]f[ARGS]{"a": 1}                           Mistral, since
 * </pre>
 *
 * @param open begins a call, or a list of calls.
 * @param close ends it, or empty where its bracket does.
 * @param ending says what ends it.
 * @param notation of what stands between.
 */
public record CallDialect(String open, String close, Dialect.Ending ending, CallNotation notation) {
  /** The name of the dialect of Hermes and Qwen. */
  public static final String HERMES = "hermes";

  private static final String NAME = "name";
  private static final List<String> ARGUMENTS = List.of("arguments");
  private static final Map<String, CallDialect> NAMED = named();

  /** Checks that nothing is missing. */
  public CallDialect {
    Objects.requireNonNull(notation, "notation is null");
    if (open.isEmpty()) {
      throw new IllegalArgumentException("a call needs a mark that begins it");
    }
  }

  private static Map<String, CallDialect> named() {
    final Map<String, CallDialect> named = new LinkedHashMap<>();
    final CallNotation usual = new JsonCalls(NAME, ARGUMENTS, false);
    named.put(HERMES, new CallDialect("<tool_call>", "</tool_call>", Dialect.Ending.JSON, usual));
    final List<String> parameters = List.of("parameters", "arguments");
    final CallNotation llama = new JsonCalls(NAME, parameters, false);
    named.put("llama3", new CallDialect("{", "", Dialect.Ending.BARE, llama));
    final CallNotation pythonic = new PythonicCalls();
    named.put("pythonic", new CallDialect("[", "", Dialect.Ending.BARE, pythonic));
    final CallNotation list = new JsonCalls(NAME, ARGUMENTS, true);
    named.put("mistral", new CallDialect("[TOOL_CALLS]", "", Dialect.Ending.BRACKET, list));
    named.put(
        "mistral-args", new CallDialect("[TOOL_CALLS]", "", Dialect.Ending.BRACE, new ArgsCalls()));
    return named;
  }

  /**
   * Lists the dialects that have names.
   *
   * @return the names.
   */
  public static List<String> names() {
    return List.copyOf(NAMED.keySet());
  }

  /**
   * Finds a dialect by its name.
   *
   * @param name of {@link #names()}.
   * @return the dialect.
   * @throws IllegalArgumentException if none has that name.
   */
  public static CallDialect of(final String name) {
    final CallDialect found = NAMED.get(name);
    if (found == null) {
      throw new IllegalArgumentException(
          "there is no dialect of calls \"" + name + "\"; there are " + names());
    }
    return found;
  }

  /**
   * Declares a dialect whose calls are objects of JSON, or lists of them.
   *
   * @param open begins a call, or a list of calls.
   * @param close ends it, or empty where its bracket does.
   * @param nameKey the key of a tool's name.
   * @param argumentsKey the key of its arguments.
   * @return the dialect.
   */
  public static CallDialect declared(
      final String open, final String close, final String nameKey, final String argumentsKey) {
    if (nameKey.isEmpty() || argumentsKey.isEmpty() || nameKey.equals(argumentsKey)) {
      throw new IllegalArgumentException(
          "a call has a name and arguments, under two keys: name=\""
              + nameKey
              + "\" arguments=\""
              + argumentsKey
              + "\"");
    }
    final Dialect.Ending ending =
        !close.isEmpty()
            ? Dialect.Ending.JSON
            : open.equals("{") ? Dialect.Ending.BARE : Dialect.Ending.BRACKET;
    return new CallDialect(
        open, close, ending, new JsonCalls(nameKey, List.of(argumentsKey), false));
  }

  /**
   * Writes calls of a world in this dialect; its answers and observations stay as they are.
   *
   * @param format of the world.
   * @param callsPerTurn the most calls of one turn.
   * @return the format.
   */
  public CallFormat over(final CallFormat format, final int callsPerTurn) {
    final Dialect marks = format.dialect();
    final Dialect dialect =
        new Dialect(open, close, marks.answerOpen(), marks.answerClose(), ending, callsPerTurn);
    return new CallFormat(dialect, format.observationOpen(), format.observationClose(), notation);
  }
}
