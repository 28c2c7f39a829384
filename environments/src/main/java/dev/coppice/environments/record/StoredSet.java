package dev.coppice.environments.record;

import dev.coppice.environments.canonical.CanonicalJson;
import dev.coppice.environments.tool.SideEffect;
import dev.coppice.environments.toolworld.Taskset;
import dev.coppice.environments.toolworld.ToolSpec;
import dev.coppice.environments.toolworld.ToolWorld;
import dev.coppice.episode.EpisodePlan;
import dev.coppice.trajectory.Task;
import dev.coppice.trajectory.Task.RuntimeContract;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Turns what a task set says of itself into values of a store and back. */
@SuppressWarnings("unchecked")
final class StoredSet {
  private StoredSet() {}

  /**
   * Describes a world without its tools.
   *
   * @param name of the task set.
   * @param contract of the world.
   * @param tools of the world.
   * @param scoresEndings whether the world scores what it ended itself.
   */
  record Shape(String name, RuntimeContract contract, List<ToolSpec> tools, boolean scoresEndings) {
    static Shape of(final Taskset taskset) {
      try (ToolWorld world = taskset.open()) {
        return new Shape(taskset.name(), world.contract(), world.tools(), world.scoresEndings());
      }
    }
  }

  /** Holds a task with all that is asked about it. */
  record StoredTask(
      Task task,
      String request,
      List<Map<String, Object>> opening,
      EpisodePlan plan,
      Taskset.Solution solution) {}

  static Map<String, Object> of(final Shape shape) {
    final Map<String, Object> value = new HashMap<>();
    value.put("name", shape.name());
    value.put("contract", shape.contract().wireName());
    value.put("tools", shape.tools().stream().map(StoredSet::of).toList());
    if (shape.scoresEndings()) {
      value.put("scores_endings", true); // Worlds that do not are as they always were.
    }
    return value;
  }

  private static Map<String, Object> of(final ToolSpec tool) {
    return Map.of(
        "name",
        tool.name(),
        "description",
        tool.description(),
        "effect",
        tool.effect().name(),
        "version",
        tool.version(),
        "parameters",
        CanonicalJson.writeInOrder(tool.parameters()),
        "result",
        CanonicalJson.writeInOrder(tool.result()));
  }

  /** Reads a schema, a text because lines sort their keys; earlier builds sorted those as well. */
  private static Map<String, Object> schema(final Object stored) {
    return stored instanceof String text ? CanonicalJson.read(text) : (Map<String, Object>) stored;
  }

  static Shape shape(final Map<String, Object> value) {
    final List<ToolSpec> tools = new ArrayList<>();
    for (final Map<String, Object> tool : (List<Map<String, Object>>) value.get("tools")) {
      tools.add(
          new ToolSpec(
              (String) tool.get("name"),
              (String) tool.get("description"),
              SideEffect.valueOf((String) tool.get("effect")),
              (String) tool.get("version"),
              schema(tool.get("parameters")),
              schema(tool.get("result"))));
    }
    return new Shape(
        (String) value.get("name"),
        RuntimeContract.ofWireName((String) value.get("contract")),
        List.copyOf(tools),
        Boolean.TRUE.equals(value.get("scores_endings")));
  }

  static Map<String, Object> of(final Taskset taskset, final Task task) {
    final EpisodePlan plan = taskset.plan(task);
    final Taskset.Solution solution = taskset.solution(task);
    final Map<String, Object> value = new LinkedHashMap<>();
    value.put("id", task.id());
    value.put("input", task.input());
    value.put("request", taskset.request(task));
    final List<Map<String, Object>> opening = taskset.opening(task);
    if (opening.size() != 1) {
      value.put("opening", opening); // A request alone is as it always was.
    }
    value.put("plan", List.of(plan.decisionTurn(), plan.typicalTurns()));
    value.put(
        "calls",
        solution.calls().stream()
            .map(call -> Map.of("tool", call.tool(), "arguments", call.arguments()))
            .toList());
    value.put("answer", solution.answer());
    value.put("results", solution.results());
    return value;
  }

  static StoredTask task(final Map<String, Object> value) {
    final List<Integer> plan = (List<Integer>) value.get("plan");
    final List<Taskset.Call> calls = new ArrayList<>();
    for (final Map<String, Object> call : (List<Map<String, Object>>) value.get("calls")) {
      calls.add(
          new Taskset.Call((String) call.get("tool"), (Map<String, Object>) call.get("arguments")));
    }
    final String request = (String) value.get("request");
    return new StoredTask(
        new Task((String) value.get("id"), (String) value.get("input")),
        request,
        (List<Map<String, Object>>)
            value.getOrDefault("opening", List.of(Map.of("role", "user", "content", request))),
        new EpisodePlan(plan.get(0), plan.get(1)),
        new Taskset.Solution(
            calls,
            (String) value.get("answer"),
            (List<String>) value.getOrDefault("results", List.of())));
  }
}
