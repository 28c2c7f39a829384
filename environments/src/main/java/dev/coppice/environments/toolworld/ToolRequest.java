package dev.coppice.environments.toolworld;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Asks a world to run one of its tools.
 *
 * @param tool the name of the tool; there may be no such tool.
 * @param arguments as the policy gave them, unchecked: JSON strings, numbers, booleans, nulls, lists
 *     and maps.
 * @param seed of everything random in the answer. It is made from the episode's seed, the tool, the
 *     arguments and the digest of the state, so equal calls in equal states on two siblings draw
 *     equal numbers.
 */
public record ToolRequest(String tool, Map<String, Object> arguments, long seed) {
  /** Copies the arguments; a value may be null. */
  public ToolRequest {
    Objects.requireNonNull(tool, "tool is null");
    arguments = Collections.unmodifiableMap(new LinkedHashMap<>(arguments));
  }
}
