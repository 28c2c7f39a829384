package dev.coppice.environments.tool;

import dev.coppice.environments.canonical.CanonicalJson;
import dev.coppice.environments.canonical.SampledJson;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Holds a call as a policy wrote it: {@code {"name":"...","arguments":{...}}}.
 *
 * @param tool that was named; there may be no such tool.
 * @param arguments by name, unchecked.
 */
public record CallText(String tool, Map<String, Object> arguments) {
  /** Calls longer than this are malformed. */
  public static final int LONGEST_CHARS = 1 << 16;

  private static final int LONGEST_NAME_CHARS = 64;

  /** Copies the arguments; a value may be null. */
  public CallText {
    Objects.requireNonNull(tool, "tool is null");
    arguments = Collections.unmodifiableMap(new LinkedHashMap<>(arguments));
  }

  /**
   * Reads a call, which has a name and arguments and nothing else.
   *
   * @param text exactly as sampled.
   * @return the call.
   * @throws IllegalArgumentException if it is none; the message is for the policy.
   */
  public static CallText read(final String text) {
    if (text.length() > LONGEST_CHARS) {
      throw new IllegalArgumentException(
          "the call is longer than " + LONGEST_CHARS + " characters");
    }
    try {
      final Map<String, Object> call = SampledJson.read(text);
      if (call.size() == 2
          && call.get("name") instanceof String name
          && name.length() <= LONGEST_NAME_CHARS
          && call.get("arguments") instanceof Map<?, ?> arguments) {
        final Map<String, Object> named = new LinkedHashMap<>();
        arguments.forEach((key, value) -> named.put((String) key, value));
        return new CallText(name, named);
      }
    } catch (final IllegalArgumentException e) {
      // Said below: what the parser found is of no use to a policy.
    }
    throw new IllegalArgumentException("the call is not a JSON object with name and arguments");
  }

  /**
   * Writes a call as a policy would, in ASCII alone.
   *
   * @param tool to call.
   * @param arguments of the call.
   * @return {@code {"arguments":{...},"name":"..."}}.
   */
  public static String write(final String tool, final Map<String, ?> arguments) {
    return CanonicalJson.writeAscii(Map.of("name", tool, "arguments", arguments));
  }
}
