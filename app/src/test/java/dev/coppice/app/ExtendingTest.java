package dev.coppice.app;

import static dev.coppice.app.CommandRuns.execute;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.coppice.app.CommandRuns.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Follows docs/EXTENDING.md as a stranger would: its listings, compiled and run as they stand. */
@Timeout(300)
class ExtendingTest {
  private static final String PAGE = "docs/EXTENDING.md";
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;
  private String plugs;

  @BeforeEach
  void compile() throws IOException {
    plugs = PageListings.compiled(folder, PageListings.of(PAGE)).toString();
  }

  /** Replays the world of the page, solved by its own solutions, and returns the run folder. */
  private Path ladders(final String... more) throws IOException {
    final List<String> arguments =
        new ArrayList<>(
            List.of("run", "--classpath", plugs, "--out", folder.resolve("runs").toString()));
    arguments.addAll(List.of("--task.environment", "ladder", "--task.count", "4"));
    arguments.addAll(List.of("--model.policy", "replay", "--tree.trees", "1"));
    arguments.addAll(List.of("--run.arms", "chain,first-turns"));
    arguments.addAll(List.of(more));
    return run(arguments);
  }

  private Path run(final List<String> arguments) throws IOException {
    final Result run = execute(arguments.toArray(String[]::new));
    assertEquals(CoppiceCommand.DONE, run.status(), run.all());
    try (Stream<Path> runs = Files.list(folder.resolve("runs"))) {
      return runs.findFirst().orElseThrow();
    }
  }

  private JsonNode arm(final Path run, final String arm) throws IOException {
    return JSON.readTree(run.resolve("report.json").toFile()).path("arms").path(arm);
  }

  @Test
  void shouldListWhatThePageOffers() throws IOException {
    final Result text = execute("list", "--classpath", plugs);
    final Result json = execute("list", "environments", "--json", "--classpath", plugs);

    assertEquals(CoppiceCommand.DONE, text.status(), text.all());
    assertTrue(text.out().contains("first-turns"), text.out());
    assertTrue(text.out().contains("tree.first-turns.children"), text.out());
    assertTrue(text.out().contains("over-median"), text.out());
    assertTrue(text.out().contains("calls_per_success"), text.out());
    final JsonNode root = JSON.readTree(json.out());
    assertEquals(1, root.size(), json.out());
    JsonNode ladder = null;
    for (final JsonNode one : root.path("environments")) {
      ladder = one.path("name").asText().equals("ladder") ? one : ladder;
    }
    assertEquals("task.ladder.rungs", ladder.path("options").path(0).path("key").asText());
    assertEquals(9, ladder.path("options").path(0).path("default").asInt());
    assertTrue(ladder.path("world_of_tools").asBoolean());
  }

  @Test
  void shouldForkAsThePolicySaysAndCountWhatTheMetricCounts() throws IOException {
    final Path run = ladders("--tree.first-turns.turns", "2", "--tree.first-turns.children", "3");

    assertEquals(4, arm(run, "chain").path("leaves").asInt());
    assertEquals(4 * 3 * 3, arm(run, "first-turns").path("leaves").asInt());
    assertEquals(1.0, arm(run, "first-turns").path("reward_mean").asDouble());
    assertEquals(1.0, arm(run, "first-turns").path("calls_per_success").asDouble());
    final JsonNode errors = arm(run, "first-turns").path("standard_errors");
    assertEquals(0.0, errors.path("calls_per_success").asDouble(-1));

    final Result report = execute("report", run.toString(), "--classpath", plugs);
    final Result verify = execute("verify", run.toString(), "--classpath", plugs);
    final Result alone = execute("verify", run.toString());

    assertTrue(report.out().contains("calls per success"), report.all());
    assertEquals(CoppiceCommand.DONE, verify.status(), verify.all());
    assertTrue(verify.out().contains("nothing differs"), verify.all());
    assertEquals(CoppiceCommand.WRONG_CALL, alone.status(), alone.all());
    assertTrue(alone.err().contains("--classpath"), alone.all());
  }

  @Test
  void shouldGiveAMetricItsOptionAndTakeTheDefaultOfThePolicy() throws IOException {
    final Path run = ladders("--report.calls-per-success.reward", "2");

    assertEquals(4 * 2, arm(run, "first-turns").path("leaves").asInt());
    assertTrue(arm(run, "chain").path("calls_per_success").isNull());
    final Result verify = execute("verify", run.toString(), "--classpath", plugs);
    assertEquals(CoppiceCommand.DONE, verify.status(), verify.all());
  }

  @Test
  void shouldCheckTheWorldByItsNameAndGiveItItsOption() throws IOException {
    final Result check = execute("check", "ladder", "--classpath", plugs, "--episodes", "50");

    final Result set =
        execute("check", "ladder", "--classpath", plugs, "--episodes", "5", "--set", "rungs=\"4\"");
    final Result wrong = execute("check", "ladder", "--classpath", plugs, "--set", "rungs=many");

    assertEquals(CoppiceCommand.DONE, check.status(), check.all());
    assertTrue(check.out().contains("world      ladder"), check.all());
    assertEquals(CoppiceCommand.DONE, set.status(), set.all());
    assertEquals(CoppiceCommand.WRONG_CALL, wrong.status(), wrong.all());
    assertTrue(wrong.err().contains("rungs=many"), wrong.all());
    final Path run = ladders("--task.ladder.rungs", "2");
    final String traces = Files.readString(run.resolve("traces.jsonl"));
    assertTrue(traces.contains("\"rung\":2"), traces);
    assertTrue(!traces.contains("\"rung\":3"), "the ladder has two rungs: " + traces);
  }

  @Test
  void shouldGiveEstimatorsTheirOptionsInARunAsCreditDoes() throws IOException {
    final List<String> arguments =
        new ArrayList<>(
            List.of("run", "--classpath", plugs, "--out", folder.resolve("runs").toString()));
    arguments.addAll(List.of("--task.environment", "drawers", "--task.count", "6"));
    arguments.addAll(List.of("--model.path", model(), "--run.seed", "3"));
    arguments.addAll(List.of("--credit.estimators", "grpo,over-median"));
    arguments.addAll(
        List.of(
            "--credit.grpo.std", "none", "--credit.over-median.scale", "2", "--tree.trees", "4"));
    final Path run = run(arguments);

    assertAgrees(run, "grpo", 0, "std=none");
    assertAgrees(run, "over-median", 1, "scale=2");
    assertNotEquals(
        credit(run, "grpo", "std=none"), credit(run, "grpo", "std=sample"), "the option matters");
    final Result verify = execute("verify", run.toString(), "--classpath", plugs);
    assertEquals(CoppiceCommand.DONE, verify.status(), verify.all());
  }

  @Test
  void shouldSampleFromTheEngineOfThePageAsManyTokensAtATimeAsItIsToldTo() throws IOException {
    final List<String> arguments =
        new ArrayList<>(
            List.of("run", "--classpath", plugs, "--out", folder.resolve("runs").toString()));
    arguments.addAll(List.of("--task.environment", "drawers", "--task.count", "3"));
    arguments.addAll(List.of("--model.path", model(), "--model.engine", "uniform"));
    arguments.addAll(List.of("--model.uniform.tokens", "5", "--limits.new-tokens", "40"));
    arguments.addAll(List.of("--run.arms", "chain,fixed", "--tree.trees", "2"));
    arguments.addAll(List.of("--tree.fixed.places", "0:3"));
    final Path run = run(arguments);

    assertEquals(3 * 2 * 3, arm(run, "fixed").path("leaves").asInt());
    assertEquals(0, arm(run, "fixed").path("failed").asInt());
    int sampled = 0;
    for (final String line : Files.readAllLines(run.resolve("traces.jsonl"))) {
      for (final JsonNode node : JSON.readTree(line).path("nodes")) {
        for (final JsonNode logprob : node.path("logprobs")) {
          assertEquals(-Math.log(vocabulary()), logprob.asDouble(), 1e-5);
          sampled++;
        }
      }
    }
    assertTrue(sampled > 100, "sampled=" + sampled);
    final Result verify = execute("verify", run.toString(), "--classpath", plugs);
    assertEquals(CoppiceCommand.DONE, verify.status(), verify.all());
  }

  @Test
  void shouldTrainOnTreesAndCreditOfAStranger() throws IOException {
    final Path out = folder.resolve("trained");
    final List<String> arguments =
        new ArrayList<>(List.of("train", "--classpath", plugs, "--out", out.toString()));
    arguments.addAll(List.of("--task.environment", "drawers", "--task.split", "train"));
    arguments.addAll(List.of("--task.count", "10", "--model.path", model()));
    arguments.addAll(List.of("--tree.policy", "first-turns", "--tree.trees", "1"));
    arguments.addAll(List.of("--credit.estimators", "over-median", "--bridge.batch", "2"));
    arguments.addAll(List.of("--train.updates", "1", "--train.evaluation-problems", "0"));

    final Result train = execute(arguments.toArray(String[]::new));

    assertEquals(CoppiceCommand.DONE, train.status(), train.all());
    assertTrue(train.out().contains("update 1/1"), train.all());
    assertTrue(Files.exists(out.resolve("checkpoints/step-00001/model.safetensors")), train.all());
  }

  @Test
  void shouldRefuseAPolicyThatNeedsTheEntropyAnEngineDoesNotTell() {
    final Result run =
        execute(
            "run",
            "--classpath",
            plugs,
            "--task.environment",
            "drawers",
            "--model.path",
            model(),
            "--model.engine",
            "uniform",
            "--tree.policy",
            "entropy",
            "--run.out",
            folder.toString());

    assertEquals(CoppiceCommand.WRONG_CALL, run.status(), run.all());
    assertTrue(run.err().contains("policy=entropy"), run.all());
  }

  private static int vocabulary() throws IOException {
    final Path file = Path.of(model()).resolve("config.json");
    return JSON.readTree(file.toFile()).path("vocab_size").asInt();
  }

  private static String model() {
    Path project = Path.of("").toAbsolutePath();
    while (!Files.exists(project.resolve("models/tiny-policy"))) {
      project = project.getParent();
    }
    return project.resolve("models/tiny-policy").toString();
  }

  private List<String> credit(final Path run, final String estimator, final String option) {
    final String traces = run.resolve("traces.jsonl").toString();
    final Result scored =
        execute("credit", "--classpath", plugs, "--estimator", estimator, "--set", option, traces);
    assertEquals(CoppiceCommand.DONE, scored.status(), scored.all());
    return scored.out().lines().toList();
  }

  /** Compares the block of a trace with the line that {@code credit} prints for its tree. */
  private void assertAgrees(
      final Path run, final String estimator, final int block, final String option)
      throws IOException {
    final List<String> lines = credit(run, estimator, option);
    final List<String> traces = Files.readAllLines(run.resolve("traces.jsonl"));
    assertEquals(traces.size(), lines.size());
    double largest = 0;
    for (int i = 0; i < lines.size(); i++) {
      final JsonNode derived = JSON.readTree(lines.get(i));
      final JsonNode stored = JSON.readTree(traces.get(i)).path("credit").path(block);
      assertEquals(estimator, stored.path("estimator").asText());
      final String[] set = option.split("=");
      assertEquals(
          Double.class.cast(number(set[1])), number(stored.path("options").path(set[0]).asText()));
      assertEquals(derived.path("nodes").size(), stored.path("nodes").size());
      for (int node = 0; node < derived.path("nodes").size(); node++) {
        final JsonNode left = derived.path("nodes").path(node);
        final JsonNode right = stored.path("nodes").path(node);
        assertEquals(left.path("id"), right.path("id"));
        assertEquals(left.path("advantages"), right.path("advantages"), "line " + i);
        largest = Math.max(largest, Math.abs(left.path("advantages").path(0).asDouble()));
      }
    }
    assertTrue(largest > 0, "some advantage is not zero");
  }

  private static Double number(final String text) {
    return text.matches("[\\d.]+") ? Double.parseDouble(text) : text.hashCode();
  }

  @Test
  void shouldNameTheOptionsOfAStrangerInHelpAndPlanAndRefuseWrongOnesWithTheirPlace()
      throws IOException {
    final Path file = folder.resolve("mine.toml");
    Files.writeString(file, "[tree.first-turns]\n\nchildren = 65\n");
    final Result help = execute("run", "--help", "--classpath", plugs);
    final Result wrong = execute("run", "@", file.toString(), "--classpath", plugs);
    final Result slip = execute("run", "--task.ladder.rung", "3", "--classpath", plugs);
    final Result plan =
        execute(
            "run",
            "--dry-run",
            "--classpath",
            plugs,
            "--task.environment",
            "ladder",
            "--model.policy",
            "replay",
            "--task.count",
            "2");

    assertTrue(help.out().contains("--credit.over-median.scale=1.0"), help.out());
    assertEquals(CoppiceCommand.WRONG_CALL, wrong.status(), wrong.all());
    assertTrue(
        wrong.err().contains("mine.toml:3: tree.first-turns.children must be between 1 and 64"),
        wrong.all());
    assertTrue(slip.err().contains("did you mean task.ladder.rungs?"), slip.all());
    assertEquals(CoppiceCommand.DONE, plan.status(), plan.all());
    assertTrue(plan.out().contains("[report.calls-per-success]\nreward = 1.0"), plan.out());
    assertTrue(plan.out().contains("[task.ladder]\nrungs = 9"), plan.out());
  }

  @Test
  void shouldHaveOneListingAndOneServiceLineForEveryKind() throws IOException {
    final Map<String, String> listings = PageListings.of(PAGE);

    final long sources = listings.keySet().stream().filter(name -> name.endsWith(".java")).count();
    assertTrue(sources >= 5, listings.keySet().toString());
    assertEquals(sources, listings.size() - sources, listings.keySet().toString());
  }
}
