package dev.coppice.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.coppice.app.config.ConfigText;
import dev.coppice.app.run.ReplayRuns;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class CoppiceCommandTest {
  @TempDir private Path folder;

  /** Holds what a command came to. */
  private record Result(int status, String out, String err) {}

  private static Result execute(final String... arguments) {
    final PrintStream out = System.out;
    final PrintStream err = System.err;
    final ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
    final ByteArrayOutputStream errBytes = new ByteArrayOutputStream();
    try {
      System.setOut(new PrintStream(outBytes, true, StandardCharsets.UTF_8));
      System.setErr(new PrintStream(errBytes, true, StandardCharsets.UTF_8));
      final int status = CoppiceCommand.commandLine().execute(arguments);
      return new Result(
          status,
          outBytes.toString(StandardCharsets.UTF_8),
          errBytes.toString(StandardCharsets.UTF_8));
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
  }

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
}
