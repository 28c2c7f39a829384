package dev.coppice.environments.gsm8k;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.environments.EnvironmentContract;
import dev.coppice.episode.ActionParser;
import dev.coppice.episode.Dialect;
import dev.coppice.episode.Environment;
import dev.coppice.episode.Episode;
import dev.coppice.episode.EpisodePlan;
import dev.coppice.episode.Observation;
import dev.coppice.trajectory.StopReason;
import dev.coppice.trajectory.Task;
import dev.coppice.trajectory.ToolCall;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Gsm8kEnvironmentTest extends EnvironmentContract {
  private static final String TWO_PROBLEMS =
      """
      {"question": "How many legs have 3 hens?",\
       "answer": "A hen has 2 legs.\\nThey have 3*2=<<3*2=6>>6 legs.\\n#### 6"}
      {"question": "Half of half of 1,000?", "answer": "<<1000*0.5=500.0>>500, then <<500/2=250>>250\\n#### 250"}
      """;

  @TempDir private Path folder;

  @BeforeEach
  void writeTwoProblems() throws IOException {
    Files.writeString(folder.resolve("test.jsonl"), TWO_PROBLEMS);
  }

  @Override
  protected Environment environment() {
    return new Gsm8kEnvironment(folder, "test", 0, 0, Gsm8kEnvironment.DEFAULT_PROMPT);
  }

  @Override
  protected String call(final Task task, final SplittableRandom random) {
    return random.nextInt(100) + "" + "+-*/(".charAt(random.nextInt(5)) + random.nextInt(3);
  }

  @Override
  protected String answer(final Task task, final SplittableRandom random) {
    return random.nextBoolean() ? "6" : "250";
  }

  @Test
  void shouldPlayTheExampleOfTheFormat() throws Exception {
    final Environment environment = environment();
    final Episode episode = environment.start(environment.task(0), 0);

    final Observation six = episode.call("3*2");
    final Observation other = episode.call("3+2");

    assertEquals(new Dialect("<<", "=", "#### ", "\n"), environment.dialect());
    assertEquals("<bos>How many legs have 3 hens?\n", episode.prompt());
    assertEquals(new EpisodePlan(0, 2), episode.plan());
    assertEquals(
        Observation.of("6>>", "calculator", "{\"expression\":\"3*2\"}", ToolCall.Status.OK, true),
        six);
    assertNull(other.correct());
    assertEquals(1.0, episode.finish("$6.00").reward());
    assertEquals(0.0, episode.finish("7").reward());
    assertEquals(0.0, episode.truncated(StopReason.LENGTH).reward());
  }

  /** A model that is not told to stop writes the next question. */
  @Test
  void shouldEndAtTheLineOfTheAnswer() throws Exception {
    final Environment environment = environment();
    final Episode episode = environment.start(environment.task(0), 0);
    final ActionParser parser = new ActionParser(environment.dialect());

    for (final String piece : new String[] {"They have", " 6 legs.\n", "##", "## ", "6", "."}) {
      assertEquals(ActionParser.Signal.NONE, parser.accept(piece), piece);
    }
    assertEquals(ActionParser.Signal.ANSWER, parser.accept("\n\nQuestion: How"));

    assertEquals("6.", parser.content());
    assertEquals(1.0, episode.finish(parser.content()).reward());
  }

  @Test
  void shouldAnswerWithAnErrorAndGoOnWhenACallIsWrong() throws Exception {
    final Environment environment = environment();
    final Episode episode = environment.start(environment.task(0), 0);

    final Observation malformed = episode.call("3 hens * 2");
    final Observation illegal = episode.call("3/0");

    assertEquals("error>>", malformed.text());
    assertEquals(ToolCall.Status.MALFORMED, malformed.status());
    assertEquals("error>>", illegal.text());
    assertEquals(ToolCall.Status.ILLEGAL, illegal.status());
    assertEquals(0.5, episode.finish("6").components().get("wellformed"));
    assertEquals("6>>", episode.call("3*2").text());
  }

  @Test
  void shouldPartAnAnswerIntoTurnsAtItsAnnotations() {
    final Gsm8kProblem problem = new Gsm8kProblem("?", "a <<1+1=2>>2 b <<2*2=4.0>>4\n#### 4");

    assertEquals(List.of("a <<1+1=", "2 b <<2*2=", "4\n#### 4\n"), problem.turns());
    assertEquals("4", problem.finalAnswer());
  }

  @Test
  void shouldDrawWithoutReplacementWhenACountIsGiven() throws IOException {
    final StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 40; i++) {
      lines.append("{\"question\":\"q").append(i).append("\",\"answer\":\"#### 1\"}\n");
    }
    Files.writeString(folder.resolve("train.jsonl"), lines);

    final Set<String> ids = ids(new Gsm8kEnvironment(folder, "train", 25, 1, "{question}"));
    final Set<String> again = ids(new Gsm8kEnvironment(folder, "train", 25, 1, "{question}"));
    final Set<String> other = ids(new Gsm8kEnvironment(folder, "train", 25, 2, "{question}"));

    assertEquals(25, ids.size());
    assertEquals(ids, again);
    assertNotEquals(ids, other);
  }

  private static Set<String> ids(final Environment environment) {
    final Set<String> ids = new HashSet<>();
    for (int index = 0; index < environment.taskCount(); index++) {
      ids.add(environment.task(index).id());
    }
    return ids;
  }

  @Test
  void shouldNameTheFileAndTheMendWhenItIsMissing() {
    assertMessage("there is no file", "absent.jsonl", "openai/grade-school-math");
    assertMessage("no problem in", "empty.jsonl", "", "");
  }

  @Test
  void shouldNameTheLineWhenTheFileIsBroken() {
    assertMessage(
        "bad.jsonl:2: not JSON",
        "bad.jsonl",
        "",
        TWO_PROBLEMS.lines().findFirst().get() + "\n{\"q");
    assertMessage("bad.jsonl:1: question and answer", "bad.jsonl", "", "{\"question\":1}");
    assertMessage(
        "bad.jsonl:1: answer must end", "bad.jsonl", "", "{\"question\":\"q\",\"answer\":\"a\"}");
    assertMessage(
        "bad.jsonl:1: annotation is not closed",
        "bad.jsonl",
        "",
        "{\"question\":\"q\",\"answer\":\"<<1+1 \\n#### 1\"}");
  }

  @Test
  void shouldRefuseWhatTheFileOrThePromptCannotGive() {
    assertThrows(
        IllegalArgumentException.class,
        () -> new Gsm8kEnvironment(folder, "test", 3, 0, "{question}"));
    assertThrows(
        IllegalArgumentException.class, () -> new Gsm8kEnvironment(folder, "test", 0, 0, "q"));
    assertThrows(IllegalArgumentException.class, () -> environment().start(new Task("x", "{}"), 0));
  }

  private void assertMessage(
      final String expected, final String file, final String fix, final String... content) {
    final Path path = folder.resolve(file);
    final IllegalArgumentException refusal =
        assertThrows(
            IllegalArgumentException.class,
            () -> {
              if (content.length > 0) {
                Files.writeString(path, content[0]);
              }
              new Gsm8kEnvironment(path, "test", 0, 0, "{question}");
            });
    assertTrue(refusal.getMessage().contains(expected), refusal.getMessage());
    assertTrue(refusal.getMessage().contains(fix), refusal.getMessage());
  }
}
