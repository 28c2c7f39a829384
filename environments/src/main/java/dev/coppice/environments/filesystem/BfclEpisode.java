package dev.coppice.environments.filesystem;

import dev.coppice.environments.tool.PythonCall;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Represents one multi-turn episode of BFCL.
 *
 * @param id of the episode.
 * @param requests of the user in order.
 * @param config the initial state.
 * @param calls the reference solution, in Python's spelling.
 */
record BfclEpisode(
    String id, List<String> requests, Map<String, Object> config, List<String> calls) {
  /** Checks that the calls can be read. */
  BfclEpisode {
    Objects.requireNonNull(id, "id is null");
    Objects.requireNonNull(config, "config is null");
    requests = List.copyOf(requests);
    calls = List.copyOf(calls);
    calls.forEach(PythonCall::parse);
  }
}
