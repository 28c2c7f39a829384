package dev.coppice.environments.retail;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.coppice.environments.Environments;
import dev.coppice.environments.canonical.CanonicalJson;
import dev.coppice.environments.canonical.StateDigest;
import dev.coppice.environments.tool.SeenResults;
import dev.coppice.environments.tool.ToolException;
import dev.coppice.environments.toolworld.Taskset;
import dev.coppice.environments.toolworld.ToolRequest;
import dev.coppice.environments.toolworld.ToolResult;
import dev.coppice.environments.toolworld.ToolboxWorld;
import dev.coppice.episode.Score;
import dev.coppice.fixture.OwnData;
import dev.coppice.fixture.SharedData;
import dev.coppice.trajectory.Task;
import dev.coppice.trajectory.ToolCall;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Compares the tools with the published implementation of tau2-bench, which was run once to write
 * the golden file: for each task the digest of the final database and that of all results.
 */
class RetailGoldenTest {
  private static final double MICROCENTS = 1e6;

  private int refused;

  @Test
  void shouldReproduceTheDatabaseAndTheResultsOfEveryReferenceSolution() throws Exception {
    final RetailTaskset tasks = new RetailTaskset(SharedData.find("data/tau2-bench/retail"), "all");
    final List<String> found = new ArrayList<>();

    for (int index = 0; index < tasks.taskCount(); index++) {
      found.add(outcome(tasks, tasks.task(index)));
    }

    assertEquals(golden(), found);
    assertEquals(114, found.size());
    assertEquals(18, refused);
  }

  /** {@code own_golden.py}, a reading of its own of what the tools do, wrote the golden file. */
  @Test
  void shouldReproduceTheDatabaseAndTheResultsOfEveryOwnTask() throws Exception {
    final Path own = OwnData.find(Environments.class, "own/retail");
    final RetailTaskset tasks = new RetailTaskset(own, "all");
    final List<String> golden = Files.readAllLines(own.resolve("golden.jsonl"));

    assertEquals(golden.size(), tasks.taskCount());
    for (int index = 0; index < tasks.taskCount(); index++) {
      final Task task = tasks.task(index);
      final ToolboxWorld<Store> world = tasks.open();
      world.reset(task, 0);
      final List<Object> results = new ArrayList<>();
      for (final Taskset.Call call : tasks.solution(task).calls()) {
        final ToolResult result = world.call(new ToolRequest(call.tool(), call.arguments(), 0));
        final boolean worked = result.status() == ToolCall.Status.OK;
        results.add(
            worked ? CanonicalJson.read("{\"r\":" + result.text() + "}").get("r") : "refused");
      }
      final Map<String, Object> found = new LinkedHashMap<>(database(world.state()));
      found.remove("products");
      found.put("id", task.id().substring("retail/".length()));
      found.put("results", results);
      assertEquals(canonical(golden.get(index)), CanonicalJson.write(exact(found)));
      assertEquals(
          1.0,
          world.reward(tasks.solution(task).answer(), SeenResults.NOTHING).reward(),
          task.id());
    }
  }

  private String outcome(final RetailTaskset tasks, final Task task) throws Exception {
    final ToolboxWorld<Store> world = tasks.open();
    world.reset(task, 0);
    final Taskset.Solution solution = tasks.solution(task);
    final List<String> results = new ArrayList<>();
    for (final Taskset.Call call : solution.calls()) {
      final ToolResult result = world.call(new ToolRequest(call.tool(), call.arguments(), 0));
      final boolean worked = result.status() == ToolCall.Status.OK;
      refused += worked ? 0 : 1;
      results.add(worked ? canonical("{\"r\":" + result.text() + "}") : "ERR");
    }
    final Score score = world.reward(solution.answer(), SeenResults.NOTHING);
    assertEquals(1.0, score.reward(), task.id());
    assertEquals(1.0, score.components().get("communicated"), task.id());
    return String.join(
        "\t",
        task.id().substring("retail/".length()),
        digest(world.state()),
        StateDigest.of(String.join("\n", results)),
        String.valueOf(results.size()));
  }

  private static String digest(final Store store) throws ToolException {
    return StateDigest.of(CanonicalJson.write(exact(database(store))));
  }

  private static Map<String, Object> database(final Store store) throws ToolException {
    final Map<String, Object> products = new LinkedHashMap<>();
    store.products().forEach((id, product) -> products.put(id, RetailJson.of(product)));
    final Map<String, Object> users = new LinkedHashMap<>();
    for (final String id : store.customers().keys()) {
      users.put(id, RetailJson.of(store.customer(id)));
    }
    final Map<String, Object> orders = new LinkedHashMap<>();
    for (final String id : store.orders().keys()) {
      orders.put(id, RetailJson.of(store.order(id)));
    }
    return Map.of("products", products, "users", users, "orders", orders);
  }

  private static String canonical(final String json) {
    return CanonicalJson.write(exact(CanonicalJson.read(json)));
  }

  /** Spells numbers as whole microcents, so that no two languages spell them differently. */
  private static Object exact(final Object value) {
    return switch (value) {
      case Number number -> "N" + (long) Math.rint(number.doubleValue() * 100 * MICROCENTS);
      case Map<?, ?> map -> {
        final Map<Object, Object> next = new LinkedHashMap<>();
        map.forEach((key, inner) -> next.put(key, exact(inner)));
        yield next;
      }
      case List<?> list -> list.stream().map(RetailGoldenTest::exact).toList();
      default -> value;
    };
  }

  private static List<String> golden() throws IOException {
    try (InputStream stream = RetailGoldenTest.class.getResourceAsStream("tau2-golden.tsv")) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
  }
}
