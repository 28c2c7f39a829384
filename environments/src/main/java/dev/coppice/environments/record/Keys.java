package dev.coppice.environments.record;

import dev.coppice.environments.canonical.CanonicalJson;
import dev.coppice.environments.toolworld.ToolSpec;
import dev.coppice.trajectory.Task;
import java.util.Arrays;
import java.util.List;

/** Writes the keys under which a store keeps what. */
final class Keys {
  static final String SET = "[\"set\"]";
  private static final String CALL = "[\"call\",";

  private Keys() {}

  static String task(final int index) {
    return CanonicalJson.write(List.of("task", index));
  }

  static String start(final Task task, final long seed) {
    return CanonicalJson.write(List.of("start", task.id(), task.input(), seed));
  }

  static String call(final ToolSpec spec, final String arguments, final String digest) {
    return CALL + spec.resultKey(arguments, digest) + "]";
  }

  static boolean isCallOf(final String key, final String tool) {
    return key.startsWith(CALL + "[" + CanonicalJson.write(tool) + ",");
  }

  /** Reads the arguments out of the key of a call: {@code ["call",[tool,version,arguments,state]]}. */
  static Object argumentsOf(final String key) {
    final List<?> parts = (List<?>) CanonicalJson.readValue(key);
    return ((List<?>) parts.get(1)).get(2);
  }

  static String reward(
      final Task task, final String digest, final String seen, final String answer) {
    return CanonicalJson.write(Arrays.asList("reward", task.id(), digest, seen, answer));
  }
}
