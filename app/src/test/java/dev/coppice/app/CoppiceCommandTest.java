package dev.coppice.app;

import static dev.coppice.app.CommandRuns.execute;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.coppice.app.CommandRuns.Result;
import dev.coppice.app.config.ConfigText;
import dev.coppice.app.folder.RunFolder;
import dev.coppice.app.run.ReplayRuns;
import dev.coppice.app.serve.ServeJob;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class CoppiceCommandTest {
  @TempDir private Path folder;

  @Test
  void shouldGenerateWithAModelThatHasNoTokenizer() throws Exception {
    final Path tokens = Files.writeString(folder.resolve("tokens.json"), "[3, 5, 7]");
    final String model = "../decoder/src/test/resources/golden/llama";
    assertFalse(Files.exists(Path.of(model, "tokenizer.json")));

    final Result result =
        execute(
            "generate",
            "--model",
            model,
            "--tokens",
            tokens.toString(),
            "--max-new",
            "4",
            "--temperature",
            "0");

    assertEquals(CoppiceCommand.DONE, result.status(), result.err());
    assertEquals(4, new ObjectMapper().readTree(result.out()).path("tokens").size(), result.out());
  }

  /** One token kept is the likeliest, whose probability is then 1. */
  @ParameterizedTest
  @ValueSource(strings = {"--top-k 1", "--top-p 0.000001", "--min-p 1"})
  void shouldGenerateFromTheDistributionThatCutsLeave(final String cut) throws Exception {
    final String tokens = Files.writeString(folder.resolve("t.json"), "[3, 5, 7]").toString();
    final String call =
        "generate --model ../decoder/src/test/resources/golden/llama --max-new 6 --tokens "
            + tokens;

    final Result likeliest = execute((call + " --temperature 0").split(" "));
    final Result cutDown = execute((call + " --temperature 1 " + cut).split(" "));

    final JsonNode drawn = new ObjectMapper().readTree(cutDown.out());
    assertEquals(
        new ObjectMapper().readTree(likeliest.out()).path("tokens"),
        drawn.path("tokens"),
        cutDown.err());
    drawn.path("logprobs").forEach(logprob -> assertEquals(0.0, logprob.asDouble()));
    assertEquals(6, drawn.path("logprobs").size(), cutDown.out());
    assertEquals(CoppiceCommand.WRONG_CALL, execute((call + " --top-p 2").split(" ")).status());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "run",
        "run --tree.polcy entropy",
        "run @ nowhere.toml",
        "run --budget.computed-tokens 0",
        "run --budget.computed-tokens",
        "run nonsense",
        "run --resume nowhere",
        "report nowhere",
        "verify nowhere",
        "nonsense",
        "credit --estimator grpo nowhere.jsonl",
        "score --model nowhere --tokens nowhere.json",
        "run --model.path nowhere",
        "run --model.device tpu",
        "run --model.device cuda --task.count 1",
        "chat-template --model nowhere --messages nowhere.json"
      })
  void shouldEndWithStatus2AndAMessageWhenTheCallIsWrong(final String call) {
    final Result result = execute(call.split(" "));

    assertEquals(CoppiceCommand.WRONG_CALL, result.status(), result.err());
    assertFalse(result.err().isBlank());
    assertFalse(result.err().contains("\tat "), result.err());
  }

  @Test
  void shouldPrintAConversationByTheModelsTemplate() throws Exception {
    final Path model = Files.createDirectory(folder.resolve("chat"));
    Files.writeString(
        model.resolve("chat_template.jinja"),
        "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}{{ tools|length }}"
            + "{% if add_generation_prompt %}<assistant>{% endif %}{{ mood }}\n\n");
    final Path messages = folder.resolve("messages.json");
    Files.writeString(messages, "[{\"role\": \"user\", \"content\": \"h\u00e9 <b>\"}]");
    final Path tools = folder.resolve("tools.json");
    Files.writeString(tools, "[{}, {}]");

    final Result result =
        execute(
            "chat-template",
            "--model=" + model,
            "--messages=" + messages,
            "--tools=" + tools,
            "--set=mood=\"calm\"",
            "--generation-prompt");

    assertEquals("<user>h\u00e9 <b>2<assistant>calm\n", result.out(), result.err());
    assertEquals(CoppiceCommand.DONE, result.status());
  }

  @Test
  void shouldRunReportAndVerifyOneAfterTheOther() throws Exception {
    final Path file = folder.resolve("sums.toml");
    Files.writeString(file, ConfigText.resolved(ReplayRuns.config(folder, 3)));
    final Path page = folder.resolve("page.html");
    final String out = folder.resolve("out").toString();

    final Result run = execute("run", "@", file.toString(), "--out", out, "--run.seed=5");
    final Result report = execute("report", out, "--json");
    final Result html = execute("report", out, "--html", page.toString());
    final Result verify = execute("verify", out);

    assertEquals(CoppiceCommand.DONE, run.status(), run.err());
    assertTrue(run.out().contains("next:"), run.out());
    assertTrue(report.out().contains("\"distinct_l1_per_1k\""), report.out());
    assertTrue(html.out().contains("fixed / chain"), html.out());
    assertTrue(verify.out().contains("nothing differs"), verify.out());
    final String text = Files.readString(page);
    assertTrue(text.contains("<svg"));
    assertFalse(text.contains("http://") || text.contains("https://"), "a page of its own");
  }

  @Test
  void shouldPrintThePlanAndStartNothingOnADryRun() throws Exception {
    final Path file = folder.resolve("sums.toml");
    Files.writeString(file, ConfigText.resolved(ReplayRuns.config(folder, 3)));
    final Path out = folder.resolve("none");

    final Result run = execute("run", "@", file.toString(), "--out", out.toString(), "--dry-run");

    assertEquals(CoppiceCommand.DONE, run.status(), run.err());
    assertTrue(run.out().contains("# groups      3 per arm"), run.out());
    assertTrue(run.out().contains("[sampling]"), run.out());
    assertFalse(Files.exists(out));
  }

  @Test
  void shouldScoreTracesOfARunOffline() throws Exception {
    final Path traces = ReplayRuns.run(ReplayRuns.config(folder, 3)).folder().traces();

    final Result credit =
        execute("credit", "--estimator", "grpo", "--set", "std=none", traces.toString());

    assertEquals(CoppiceCommand.DONE, credit.status(), credit.err());
    assertEquals(Files.readAllLines(traces).size(), credit.out().lines().count());
  }

  @Test
  void shouldNameEveryCommandInItsHelp() {
    final Result help = execute("--help");

    for (final String command : CoppiceCommand.commandLine().getSubcommands().keySet()) {
      assertTrue(help.out().contains(command), command);
      assertEquals(CoppiceCommand.DONE, execute(command, "--help").status(), command);
    }
  }

  private static void assertRefused(final Result result, final String... parts) {
    assertEquals(CoppiceCommand.WRONG_CALL, result.status(), result.all());
    for (final String part : parts) {
      assertTrue(result.err().contains(part), part + " is missing: " + result.all());
    }
    assertFalse(result.err().contains("[unexpected]"), result.all());
  }

  @Test
  void shouldRefuseWhatIsNoListOfTokens() throws Exception {
    for (final String json : List.of("null", "[1, null]", "[1.5]", "[1] [2]", "\"1\"", "")) {
      final Path file = Files.writeString(folder.resolve("tokens.json"), json);

      assertRefused(
          execute("score", "--model", folder.toString(), "--tokens", file.toString()),
          "must hold one JSON array of token ids",
          "tokens.json");
      final InputStream in = System.in;
      try {
        System.setIn(new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)));
        assertRefused(
            execute("detokenize", "--model", folder.toString()), "standard input must hold");
      } finally {
        System.setIn(in);
      }
    }
  }

  @Test
  void shouldNameWhatAResumedServiceDoesNotTake() throws Exception {
    final RunFolder served = ServeJob.prepare(ReplayRuns.config(folder, 1), null);
    final String at = served.root().toString();

    assertRefused(execute("serve", "--resume", at, "@", "other.toml"), "not @");
    assertRefused(execute("serve", "--resume", at, "@other.toml"), "not @other.toml");
    assertRefused(execute("serve", "--resume", at, "-c", "other.toml"), "not -c");
    assertRefused(execute("serve", "--resume", at, "--out", "x"), "not --out");
    assertRefused(execute("serve", "--resume", at, "--run.seed", "2"), "not --run.seed");
    assertRefused(execute("serve", "--resume", at, "--bridge.port", "0", "-c", "o.toml"), "not -c");
  }

  @Test
  void shouldTellServedFoldersFromOthers() throws Exception {
    final RunFolder served = ServeJob.prepare(ReplayRuns.config(folder, 1), null);
    final RunFolder ran = ReplayRuns.run(ReplayRuns.config(folder, 1)).folder();

    Files.writeString(served.ledger(), "{\"format\": \"coppice.serve/1\"}");

    for (final String command : List.of("report", "verify")) {
      assertRefused(
          execute(command, served.root().toString()),
          "was made by serve",
          "./coppice serve --resume",
          "[run-folder-unusable]");
    }
    assertRefused(execute("run", "--resume", served.root().toString()), "was made by serve");
    assertRefused(
        execute("serve", "--resume", ran.root().toString()),
        "was not made by serve",
        "[run-folder-unusable]");
  }

  @Test
  void shouldNotSayGoOnWhereTheFolderIsOfAnotherVersion() throws Exception {
    final RunFolder ran = ReplayRuns.run(ReplayRuns.config(folder, 1)).folder();
    Files.write(ran.journal(), HexFormat.of().parseHex("434f50504a524e4c01000000cdea3309"));

    final Result resumed = execute("run", "--resume", ran.root().toString());

    assertRefused(resumed, "has format version 1", "[journal-version]");
    assertFalse(resumed.err().contains("Go on with"), resumed.all());
  }

  @Test
  void shouldCheckAWorldWithOptionsAndRefuseTheWrongOnes() {
    final Result plain = execute("check", "drawers", "--episodes", "5", "--set", "nosuch=\"1\"");
    final Result own = execute("check", "java.lang.Runnable", "--set", "a=1");

    assertRefused(plain, "--set: ", "option=nosuch");
    assertRefused(own, "--set is for a world that is named");
    assertRefused(
        execute("check", "dev.coppice.environments.toolworld.MethodWorld"), "it is abstract");
  }

  @Test
  void shouldRefuseToImitateWhereNothingDemonstrates() throws Exception {
    final Path out = folder.resolve("trained");
    final Path file =
        Files.writeString(
            folder.resolve("sums.toml"), ConfigText.resolved(ReplayRuns.config(folder, 1)));

    final Result result =
        execute(
            "train",
            "@",
            file.toString(),
            "--model.path",
            folder.toString(),
            "--train.imitation",
            "0.1",
            "--sampling.temperature",
            "1",
            "--out",
            out.toString());

    assertRefused(result, "train.imitation needs countdown or drawers");
    assertFalse(Files.exists(out), "nothing was begun");
  }
}
