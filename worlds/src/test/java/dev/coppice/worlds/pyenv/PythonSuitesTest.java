package dev.coppice.worlds.pyenv;

import static dev.coppice.worlds.pyenv.PythonEnvs.begun;
import static dev.coppice.worlds.pyenv.PythonEnvs.request;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.environments.score.Judge;
import dev.coppice.environments.tool.SeenResults;
import dev.coppice.environments.toolworld.Taskset;
import dev.coppice.environments.toolworld.ToolResult;
import dev.coppice.environments.toolworld.ToolSpec;
import dev.coppice.environments.toolworld.ToolWorld;
import dev.coppice.environments.user.RecitingUser;
import dev.coppice.environments.user.UserTaskset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Plays the adapters of larger packages: verifiers and OpenEnv where they are installed; NeMo Gym and tau2
 * where they are installed and against stand-ins of the tests' own, which have their entry points and none of
 * their code.
 */
class PythonSuitesTest {
  private static final int EPISODES = 20;

  private static String folder(final String name) {
    return Path.of(PythonEnvs.file(name)).getParent().toString();
  }

  private static PythonEnvTaskset open(
      final String environment, final String python, final Map<String, Object> config) {
    return PythonEnvs.open(environment, python, config, false, PythonEnvs.PATIENT);
  }

  /** Forks in mid-episode and goes on in both; an unforked world takes one of the paths. */
  private static void playApart(
      final PythonEnvTaskset taskset, final List<Map.Entry<String, Map<String, Object>>> calls)
      throws Exception {
    for (int i = 0; i < EPISODES; i++) {
      try (ToolWorld unforked = begun(taskset, i % taskset.taskCount());
          ToolWorld parent = begun(taskset, i % taskset.taskCount())) {
        call(unforked, calls.get(0));
        call(parent, calls.get(0));
        try (ToolWorld fork = parent.fork()) {
          final String before = parent.digest();
          final String alone = call(fork, calls.get(1));
          assertEquals(before, parent.digest());
          assertEquals(call(unforked, calls.get(1)), alone);
          assertEquals(alone, call(parent, calls.get(1)), "the sibling's call was not seen");
          assertEquals(unforked.digest(), fork.digest());
          assertNotEquals(before, fork.digest());
        }
      }
    }
  }

  private static String call(
      final ToolWorld world, final Map.Entry<String, Map<String, Object>> call) throws Exception {
    return world.call(request(call.getKey(), call.getValue())).text();
  }

  private static double scored(final ToolWorld world, final String answer) throws Exception {
    return world.reward(answer, SeenResults.NOTHING).reward();
  }

  @Test
  void shouldPlayToolsOfVerifiers() throws Exception {
    final Map<String, Object> config = Map.of("folder", folder("suites/own_pantry.py"));
    try (PythonEnvTaskset taskset =
        open("verifiers/own_pantry", PythonEnvs.pythonWith("verifiers.v1"), config)) {
      assertEquals(
          List.of("pantry_look", "pantry_put"),
          taskset.specs().stream().map(ToolSpec::name).sorted().toList());
      assertEquals("system", taskset.opening(taskset.task(3)).getFirst().get("role"));
      playApart(
          taskset,
          List.of(
              Map.entry("pantry_put", Map.of("count", 2)),
              Map.entry("pantry_put", Map.of("count", 3))));
      for (int i = 0; i < EPISODES; i++) {
        try (ToolWorld world = begun(taskset, i)) {
          assertEquals(1.0, scored(world, Integer.toString(i)));
          assertEquals(0.0, scored(world, "none"));
        }
      }
    }
  }

  @Test
  void shouldForkTheSuspendedConversationsOfVerifiers() throws Exception {
    final Map<String, Object> config = Map.of("folder", folder("suites/own_bargain.py"));
    try (PythonEnvTaskset taskset =
        open("verifiers/own_bargain", PythonEnvs.pythonWith("verifiers.v1"), config)) {
      playApart(
          taskset,
          List.of(
              Map.entry(ToolSpec.SAY, Map.of("text", "no")),
              Map.entry(ToolSpec.SAY, Map.of("text", "too much"))));
      for (int i = 0; i < EPISODES; i++) {
        try (ToolWorld world = begun(taskset, i)) {
          world.call(request(ToolSpec.SAY, Map.of("text", "no")));
          try (ToolWorld fork = world.fork()) {
            fork.call(request(ToolSpec.SAY, Map.of("text", "no")));
            assertTrue(fork.call(request(ToolSpec.SAY, Map.of("text", "deal"))).over());
            assertTrue(world.call(request(ToolSpec.SAY, Map.of("text", "deal"))).over());
            final int price = 5 + i % 5;
            assertEquals(1.0 - (price - 2) / 10.0, scored(fork, null), 1e-9);
            assertEquals(1.0 - (price - 1) / 10.0, scored(world, null), 1e-9);
          }
        }
      }
    }
  }

  @Test
  void shouldPlayOpenEnv() throws Exception {
    final Map<String, Object> config =
        Map.of(
            "folder", folder("suites/own_grid.py"), "action", "own_grid:Step", "tasks", EPISODES);
    try (PythonEnvTaskset taskset =
        open("openenv/own_grid:Line", PythonEnvs.pythonWith("openenv.core"), config)) {
      playApart(
          taskset, List.of(Map.entry("step", Map.of("by", 1)), Map.entry("step", Map.of("by", 2))));
      for (int i = 0; i < EPISODES; i++) {
        try (ToolWorld world = begun(taskset, i)) {
          world.call(request("step", Map.of("by", 2)));
          try (ToolWorld fork = world.fork()) {
            fork.call(request("step", Map.of("by", -4)));
            assertEquals(-0.2, scored(fork, ""), 1e-9);
            assertEquals(0.2, scored(world, ""), 1e-9);
          }
        }
      }
    }
  }

  @Test
  void shouldPlayAStandInOfNemoGym() throws Exception {
    final Map<String, Object> tool =
        Map.of(
            "name",
            "add",
            "parameters",
            Map.of("type", "object", "properties", Map.of("amount", Map.of("type", "integer"))));
    final Map<String, Object> row =
        Map.of(
            "begin",
            0,
            "goal",
            3,
            "responses_create_params",
            Map.of("input", "Count to three.", "tools", List.of(tool)));
    final Map<String, Object> config =
        Map.of("folder", folder("standins/counter_server.py"), "rows", List.of(row));
    try (PythonEnvTaskset taskset = open("nemo-gym/counter_server:CounterServer", "", config)) {
      playApart(
          taskset,
          List.of(Map.entry("add", Map.of("amount", 1)), Map.entry("add", Map.of("amount", 2))));
      for (int i = 0; i < EPISODES; i++) {
        try (ToolWorld world = begun(taskset, 0)) {
          final SeenResults seen = counted(world, 3);
          assertEquals(1.0, world.reward("done", seen).reward());
          assertEquals(1.0, world.reward("done", seen).reward(), "scoring ends a copy's session");
          assertEquals(0.0, world.reward("done", counted(world, 1)).reward());
        }
      }
    }
  }

  @Test
  @Tag("slow")
  void shouldPlayTheCounterOfNemoGym() throws Exception {
    try (PythonEnvTaskset taskset = nemoGym("example_session_state_mgmt", "StatefulCounter")) {
      playApart(
          taskset,
          List.of(
              Map.entry("increment_counter", Map.of("count", 1)),
              Map.entry("increment_counter", Map.of("count", 2))));
      for (int i = 0; i < EPISODES; i++) {
        try (ToolWorld world = begun(taskset, 0);
            ToolWorld idle = begun(taskset, 0)) {
          // Its first row begins with 3 and wants 6.
          world.call(request("increment_counter", Map.of("count", 3)));
          assertEquals(1.0, scored(world, "done"));
          assertEquals(1.0, scored(world, "done"), "scoring ends a copy's session");
          assertEquals(0.0, scored(idle, "done"));
        }
      }
    }
  }

  @Test
  @Tag("slow")
  void shouldPlayTheOfficeOfNemoGym() throws Exception {
    final String tool = "email_reply_email";
    final Map<String, Object> wanted =
        Map.of(
            "email_id",
            "00000057",
            "body",
            "Thanks for the update - I will get back to you tomorrow.");
    try (PythonEnvTaskset taskset = nemoGym("workplace_assistant", "Workbench")) {
      assertEquals(27, taskset.specs().size());
      for (int i = 0; i < EPISODES; i++) {
        try (ToolWorld world = begun(taskset, 0);
            ToolWorld fork = world.fork()) {
          final ToolResult told = fork.call(request(tool, wanted));
          assertTrue(told.text().contains("replied successfully"), told.text());
          final SeenResults seen = SeenResults.NOTHING.and(told.text(), told.note());
          assertEquals(1.0, fork.reward("done", seen).reward());
          assertEquals(0.0, scored(world, "done"));
        }
      }
    }
  }

  /** Opens a server of the package with the rows it brings. */
  private static PythonEnvTaskset nemoGym(final String server, final String cls) throws Exception {
    final String python = PythonEnvs.pythonWith("nemo_gym.server_utils, resources_servers");
    final Process where =
        new ProcessBuilder(
                python, "-c", "import resources_servers as r; print(list(r.__path__)[0])")
            .start();
    final String folder =
        new String(where.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    return open(
        "nemo-gym/resources_servers." + server + ".app:" + cls + "ResourcesServer",
        python,
        Map.of("rows", folder + "/" + server + "/data/example.jsonl"));
  }

  private static SeenResults counted(final ToolWorld world, final int amount) throws Exception {
    final ToolResult result = world.call(request("add", Map.of("amount", amount)));
    return SeenResults.NOTHING.and(result.text(), result.note());
  }

  /** The package's own known actions earn what it pays; half-way a fork takes the rest of them. */
  @ParameterizedTest
  @ValueSource(strings = {"retail", "mock"})
  @Tag("slow")
  void shouldPlayTau2(final String domain) throws Exception {
    final String python = PythonEnvs.pythonWith("tau2.registry");
    try (PythonEnvTaskset taskset = open("tau2/" + domain, python, Map.of())) {
      taskset.judgedBy((messages, most, seed) -> new Judge.Verdict("Yes.", 1, 1));
      int wrong = 0;
      double earned = 0;
      final int tasks = Math.min(EPISODES, taskset.taskCount());
      for (int i = 0; i < tasks; i++) {
        final List<Taskset.Call> gold = taskset.solution(taskset.task(i)).calls();
        final String told = taskset.solution(taskset.task(i)).answer();
        try (ToolWorld world = begun(taskset, i);
            ToolWorld unforked = begun(taskset, i)) {
          wrong += scored(world, null) < 1 ? 1 : 0;
          for (final Taskset.Call call : gold) {
            unforked.call(request(call.tool(), call.arguments()));
          }
          for (final Taskset.Call call : gold.subList(0, gold.size() / 2)) {
            world.call(request(call.tool(), call.arguments()));
          }
          final String before = world.digest();
          try (ToolWorld fork = world.fork()) {
            for (final Taskset.Call call : gold.subList(gold.size() / 2, gold.size())) {
              fork.call(request(call.tool(), call.arguments()));
            }
            assertEquals(before, world.digest(), domain + " " + i);
            assertEquals(unforked.digest(), fork.digest(), domain + " " + i);
            earned += scored(fork, told);
          }
        }
      }
      // Two tasks of mock are about what the customer does.
      assertEquals(domain.equals("mock") ? tasks - 2.0 : tasks, earned, domain);
      assertTrue(
          wrong > tasks / 2, domain + ": episodes without a call that earned less: " + wrong);
    }
  }

  @Test
  void shouldPlayAStandInOfTau2() throws Exception {
    final Map<String, Object> config = Map.of("folder", folder("standins/counter_server.py"));
    try (PythonEnvTaskset taskset = open("tau2/shelf", "", config);
        UserTaskset shop = new UserTaskset(taskset, new RecitingUser())) {
      playApart(
          taskset,
          List.of(Map.entry("put", Map.of("count", 1)), Map.entry("put", Map.of("count", 2))));
      for (int i = 0; i < EPISODES; i++) {
        final List<Map<String, Object>> opening = shop.opening(shop.task(i));
        assertEquals("Serve one customer at a time.", opening.getFirst().get("content"));
        assertEquals("You want " + (i + 1) + " jars.", opening.getLast().get("content"));
        try (ToolWorld world = shop.open()) {
          world.reset(shop.task(i), 1);
          assertEquals(0.0, scored(world, null));
          for (final Taskset.Call call : shop.solution(shop.task(i)).calls()) {
            world.call(request(call.tool(), call.arguments()));
          }
          assertEquals(1.0, scored(world, null));
        }
      }
    }
  }
}
