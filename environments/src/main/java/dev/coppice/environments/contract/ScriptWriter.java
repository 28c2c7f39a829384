package dev.coppice.environments.contract;

import dev.coppice.environments.canonical.CanonicalJson;
import dev.coppice.environments.tool.CallText;
import dev.coppice.environments.toolworld.Taskset;
import dev.coppice.environments.toolworld.ToolRequest;
import dev.coppice.environments.toolworld.ToolSpec;
import dev.coppice.environments.toolworld.ToolWorld;
import dev.coppice.trajectory.Task;
import dev.coppice.trajectory.ToolCall;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Writes random scripts: calls of the known solution, and calls made up from the tools' schemas out
 * of words that the task and the answers contain.
 *
 * @thread one at a time.
 */
public final class ScriptWriter {
  private static final int STEPS = 24;
  private static final int FORK_EVERY = 4;

  /** Where every fork and every check of it starts a process, an episode has two forks, not six. */
  private static final int REPLAYED_FORK_EVERY = 12;

  /** Without tools there is nothing to tell branches apart but their forks: some are enough. */
  private static final int STEPS_WITHOUT_TOOLS = 3;

  private static final int MAX_WORDS = 400;
  private static final int LONGEST_WORD = 200;
  private static final List<String> WORDS = List.of("a", "b", "tmp", "", "1", "x y");

  private final Taskset taskset;

  /**
   * Writes for a world.
   *
   * @param taskset of the world.
   */
  public ScriptWriter(final Taskset taskset) {
    this.taskset = taskset;
  }

  /**
   * Writes a script.
   *
   * @param seed of every choice.
   * @return the script.
   * @throws Exception if the world fails while answers are gathered for words.
   */
  public Script write(final long seed) throws Exception {
    final SplittableRandom random = new SplittableRandom(seed);
    final Task task = taskset.task(random.nextInt(taskset.taskCount()));
    final List<Taskset.Call> solution = taskset.solution(task).calls();
    final LinkedHashSet<String> words = new LinkedHashSet<>(WORDS);
    gather(CanonicalJson.read(task.input()), words);
    solution.forEach(call -> gather(call.arguments(), words));
    final List<Script.Step> steps = new ArrayList<>();
    try (ToolWorld scout = taskset.open()) {
      scout.reset(task, seed);
      final Draw draw = new Draw(random, scout.tools(), solution);
      final int forkEvery = scout.canFork() ? FORK_EVERY : REPLAYED_FORK_EVERY;
      final int count = scout.tools().isEmpty() ? STEPS_WITHOUT_TOOLS : STEPS;
      for (int i = 0; i < count; i++) {
        final int branch = random.nextInt(STEPS);
        if (scout.tools().isEmpty() || random.nextInt(forkEvery) == 0) {
          steps.add(new Script.Step(branch, null));
        } else {
          final CallText call = draw.call(new ArrayList<>(words));
          steps.add(new Script.Step(branch, call));
          scoutAhead(scout, call, words);
        }
      }
    }
    return new Script(task, seed, steps);
  }

  /** Learns words from the answer, so that later calls may name what there is. */
  private static void scoutAhead(
      final ToolWorld scout, final CallText call, final LinkedHashSet<String> words) {
    try {
      final var result = scout.call(new ToolRequest(call.tool(), call.arguments(), 0));
      if (result.status() == ToolCall.Status.OK && words.size() < MAX_WORDS) {
        gather(CanonicalJson.readValue(result.text()), words);
      }
    } catch (final Exception e) {
      // Whether a call may fail is for the player to judge; here it only teaches no word.
    }
  }

  private static void gather(final Object value, final LinkedHashSet<String> words) {
    if (words.size() >= MAX_WORDS) {
      return;
    }
    if (value instanceof String text && text.length() <= LONGEST_WORD) {
      words.add(text);
    } else if (value instanceof List<?> list) {
      list.forEach(item -> gather(item, words));
    } else if (value instanceof Map<?, ?> map) {
      map.forEach(
          (key, item) -> {
            gather(key, words);
            gather(item, words);
          });
    }
  }

  /** Draws calls. */
  private record Draw(SplittableRandom random, List<ToolSpec> tools, List<Taskset.Call> solution) {
    CallText call(final List<String> words) {
      if (!solution.isEmpty() && random.nextInt(2) == 0) {
        final Taskset.Call call = solution.get(random.nextInt(solution.size()));
        return new CallText(call.tool(), call.arguments());
      }
      final ToolSpec tool = tools.get(random.nextInt(tools.size()));
      final Map<String, Object> arguments = new LinkedHashMap<>();
      if (tool.parameters().get("properties") instanceof Map<?, ?> properties) {
        final List<?> required =
            tool.parameters().get("required") instanceof List<?> names ? names : List.of();
        // The order of a schema's keys is not the same in every process; the script's must be.
        properties.keySet().stream()
            .map(String::valueOf)
            .sorted()
            .filter(name -> required.contains(name) || random.nextBoolean())
            .forEach(name -> arguments.put(name, value(properties.get(name), words)));
      }
      return new CallText(tool.name(), arguments);
    }

    private Object value(final Object schema, final List<String> words) {
      final Map<?, ?> rules = schema instanceof Map<?, ?> map ? map : Map.of();
      if (rules.get("enum") instanceof List<?> choices && !choices.isEmpty()) {
        return choices.get(random.nextInt(choices.size()));
      }
      return switch (String.valueOf(rules.get("type"))) {
        case "integer" -> number(rules);
        case "number" -> number(rules) + 0.5 * random.nextInt(2);
        case "boolean" -> random.nextBoolean();
        case "array" -> list(rules.get("items"), words);
        case "object" -> Map.of();
        default -> words.get(random.nextInt(words.size()));
      };
    }

    private int number(final Map<?, ?> rules) {
      final int least = rules.get("minimum") instanceof Number number ? number.intValue() : -1;
      final int most = rules.get("maximum") instanceof Number number ? number.intValue() : 9;
      return least >= most ? least : random.nextInt(least, Math.min(most, least + 10) + 1);
    }

    private List<Object> list(final Object items, final List<String> words) {
      final List<Object> list = new ArrayList<>();
      for (int i = random.nextInt(3); i > 0; i--) {
        list.add(value(items, words));
      }
      return list;
    }
  }
}
