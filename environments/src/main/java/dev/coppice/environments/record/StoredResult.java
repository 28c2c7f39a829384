package dev.coppice.environments.record;

import dev.coppice.environments.toolworld.ToolResult;
import dev.coppice.episode.Observation;
import dev.coppice.episode.Provenance;
import dev.coppice.episode.Score;
import dev.coppice.episode.ToolFailedException;
import dev.coppice.trajectory.ToolCall;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** Turns results, failures and scores into values of a store and back. */
final class StoredResult {
  private static final String FAILED = "failed";

  private StoredResult() {}

  static Map<String, Object> of(
      final ToolResult result, final long latencyUs, final String digestAfter) {
    final Map<String, Object> value = new HashMap<>();
    value.put("status", result.status().wireName());
    value.put("text", result.text());
    value.put("correct", result.correct());
    value.put("over", result.over());
    value.put("step_reward", result.stepReward());
    value.put("note", result.note());
    value.put("latency_us", latencyUs);
    value.put("after", digestAfter);
    return value;
  }

  static Map<String, Object> of(
      final ToolCall.Status status, final String code, final String message, final long latencyUs) {
    return Map.of(
        FAILED, code, "status", status.wireName(), "message", message, "latency_us", latencyUs);
  }

  /** Reads a result, or throws the failure that was recorded. */
  static ToolResult result(final Map<String, Object> value) throws ToolFailedException {
    final ToolCall.Status status = ToolCall.Status.ofWireName((String) value.get("status"));
    final long latencyUs = ((Number) value.get("latency_us")).longValue();
    final Observation.Source source = new Observation.Source(Provenance.RECORDED, latencyUs);
    if (value.get(FAILED) instanceof String code) {
      final boolean late = status == ToolCall.Status.TIMEOUT;
      throw new ToolFailedException(
          status, code, (String) value.get("message"), late ? Observation.Source.REAL : source);
    }
    return new ToolResult(
        status,
        (String) value.get("text"),
        (Boolean) value.get("correct"),
        (Boolean) value.get("over"),
        ((Number) value.get("step_reward")).doubleValue(),
        (String) value.get("note"),
        source);
  }

  static String digestAfter(final Map<String, Object> value) {
    return (String) value.get("after");
  }

  static Map<String, Object> of(final Score score) {
    final Map<String, Object> value = new HashMap<>();
    value.put("reward", Double.isNaN(score.reward()) ? null : score.reward());
    value.put("components", score.components());
    value.put("answer", score.answer());
    return value;
  }

  static Score score(final Map<String, Object> value) {
    final Map<String, Double> components = new LinkedHashMap<>();
    ((Map<?, ?>) value.get("components"))
        .forEach((name, part) -> components.put((String) name, ((Number) part).doubleValue()));
    final Object reward = value.get("reward");
    return new Score(
        reward == null ? Double.NaN : ((Number) reward).doubleValue(),
        components,
        (String) value.get("answer"));
  }
}
