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
 * @param sample that draws the answer for itself, or {@link #ANY} where all draw one.
 */
public record ToolRequest(String tool, Map<String, Object> arguments, long seed, long sample) {
  /** Stands for all samples of a state. */
  public static final long ANY = 0;

  /**
   * Asks on behalf of all samples of a state.
   *
   * @param tool the name of the tool; there may be no such tool.
   * @param arguments as the policy gave them, unchecked.
   * @param seed of everything random in the answer.
   */
  public ToolRequest(final String tool, final Map<String, Object> arguments, final long seed) {
    this(tool, arguments, seed, ANY);
  }

  /** Copies the arguments; a value may be null. */
  public ToolRequest {
    Objects.requireNonNull(tool, "tool is null");
    arguments = Collections.unmodifiableMap(new LinkedHashMap<>(arguments));
  }

  /**
   * Names what an answer depends on besides the call, for whoever draws or keeps answers by it.
   *
   * @param digest of the state.
   * @return the digest, and the sample where it draws for itself.
   */
  public String drawnIn(final String digest) {
    return drawnIn(digest, sample);
  }

  static String drawnIn(final String digest, final long sample) {
    return sample == ANY ? digest : digest + "/" + Long.toHexString(sample);
  }
}
