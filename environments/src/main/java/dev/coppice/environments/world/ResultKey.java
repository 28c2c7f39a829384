package dev.coppice.environments.world;

import dev.coppice.environments.episode.CanonicalJson;
import java.util.List;

/** Writes down what the result of a call depends on. */
public final class ResultKey {
  private ResultKey() {}

  /**
   * Writes the key of a result: tool, version, canonical JSON arguments, state digest.
   *
   * @param spec of the tool.
   * @param arguments as canonical JSON.
   * @param digest of the state before the call.
   * @return canonical JSON.
   */
  public static String of(final ToolSpec spec, final String arguments, final String digest) {
    return CanonicalJson.write(List.of(spec.name(), spec.version(), arguments, digest));
  }
}
