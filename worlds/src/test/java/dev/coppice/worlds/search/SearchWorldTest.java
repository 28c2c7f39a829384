package dev.coppice.worlds.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.environments.EnvironmentConfig;
import dev.coppice.environments.EnvironmentContract;
import dev.coppice.environments.Environments;
import dev.coppice.environments.tool.CallText;
import dev.coppice.environments.toolworld.Taskset;
import dev.coppice.environments.toolworld.WorldEnvironment;
import dev.coppice.episode.Environment;
import dev.coppice.episode.Episode;
import dev.coppice.episode.Score;
import dev.coppice.fixture.SharedData;
import dev.coppice.trajectory.Task;
import dev.coppice.trajectory.ToolCall;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SearchWorldTest extends EnvironmentContract {
  @TempDir static Path folder;

  @Override
  protected Environment environment() {
    return new WorldEnvironment(taskset());
  }

  private static SearchTaskset taskset() {
    return new SearchTaskset(OwnQuestions.in(folder));
  }

  @Override
  protected String call(final Task task, final SplittableRandom random) {
    return switch (random.nextInt(5)) {
      case 0 -> CallText.write("open", Map.of("title", "Noise " + random.nextInt(5)));
      case 1 -> CallText.write("search", Map.of("query", "river", "k", random.nextInt(1, 30)));
      case 2 -> CallText.write("search", Map.of("query", "the city of Bern"));
      case 3 -> CallText.write("open", Map.of("title", "Aare"));
      default -> CallText.write("open", Map.of("name", "Aare"));
    };
  }

  @Override
  protected String answer(final Task task, final SplittableRandom random) {
    return random.nextBoolean() ? "Aare" : "the river Danube";
  }

  @Override
  protected boolean isOneWorldForAllTasks() {
    return true;
  }

  @Test
  void shouldTellHowFarABranchGotBesideItsReward() throws Exception {
    final Environment environment = environment();
    final Episode episode = environment.start(environment.task(0), 0);

    final String found =
        episode.call(CallText.write("search", Map.of("query", "city of Bern", "k", 1))).text();
    final Episode sibling = episode.fork();
    episode.call(CallText.write("open", Map.of("title", "bern")));
    final Score far = episode.finish("The Aare!");
    final Score near = sibling.finish("river Aare");

    assertTrue(found.contains("\"title\":\"Bern\""), found);
    assertEquals(1.0, far.reward());
    assertEquals(1.0, far.components().get("f1"));
    assertEquals(0.5, far.components().get("supporting_recall"));
    assertEquals(0.5, far.components().get("found_recall"));
    assertEquals("aare", far.answer());
    assertEquals(0.0, near.reward());
    assertEquals(2.0 / 3, near.components().get("f1"), 1e-12);
    assertEquals(0.0, near.components().get("supporting_recall"));
  }

  @Test
  void shouldNeverPaySilence(@TempDir final Path other) throws Exception {
    final Path file = OwnQuestions.in(other).resolve("hotpotqa_distractor_60.jsonl");
    Files.writeString(
        file, Files.readString(file).replace("\"answer\":\"the Aare\"", "\"answer\":\"The\""));
    try (Environment environment = new WorldEnvironment(new SearchTaskset(other));
        Episode episode = environment.start(environment.task(0), 0)) {
      for (final String silence : new String[] {"", " ", "a", "?!"}) {
        final Score score = episode.finish(silence);

        assertEquals(0.0, score.reward(), silence);
        assertEquals(0.0, score.components().get("exact_match"), silence);
        assertEquals(0.0, score.components().get("f1"), silence);
      }
    }
  }

  @Test
  void shouldRefuseWhatCannotBeOpenedAndSayWhatIsNear() throws Exception {
    final Environment environment = environment();

    final var refused =
        environment
            .start(environment.task(0), 0)
            .call(CallText.write("open", Map.of("title", "Aare river")));

    assertEquals(ToolCall.Status.ILLEGAL, refused.status());
    assertTrue(refused.text().contains("near are [Aare"), refused.text());
  }

  @Test
  void shouldBreakTiesByTheOrderOfTheCorpus() {
    final List<Passage> same =
        List.of(new Passage("b", "one word"), new Passage("a", "one word"), new Passage("c", "x"));
    try (PassageIndex index = new PassageIndex(same)) {
      assertEquals(
          List.of("b", "a"), index.search("one word", 10).stream().map(Passage::title).toList());
      assertEquals(List.of(), index.search("?!", 10));
      assertEquals(3, index.size());
    }
  }

  @Test
  void shouldNameWhatIsWrongWithItsFiles(@TempDir final Path empty) throws Exception {
    final EnvironmentConfig config =
        new EnvironmentConfig("search", "", 0, 0, empty.toString(), "");
    final IllegalArgumentException missing =
        assertThrows(IllegalArgumentException.class, () -> Environments.create(config));
    Files.writeString(empty.resolve("hotpotqa_distractor_60.jsonl"), "{\"id\":1}\n");
    final IllegalArgumentException broken =
        assertThrows(IllegalArgumentException.class, () -> Environments.create(config));

    assertTrue(missing.getMessage().contains("hotpotqa_distractor_60.jsonl"), missing.getMessage());
    assertTrue(broken.getMessage().contains("there is no text in id"), broken.getMessage());
  }

  @Test
  void shouldEarnEveryRewardWhenTheKnownSolutionsAreReplayed() throws Exception {
    assertSolved(SharedData.find("data/multihop-qa"), 60);
  }

  @Test
  void shouldEarnEveryRewardWhenTheKnownSolutionsOfOwnQuestionsAreReplayed() throws Exception {
    assertSolved(OwnQuestions.in(folder), 3);
  }

  private static void assertSolved(final Path data, final int questions) throws Exception {
    try (Environment environment =
        Environments.create(new EnvironmentConfig("search", "", 0, 0, data.toString(), ""))) {
      final Taskset taskset = ((WorldEnvironment) environment).taskset();
      assertEquals(questions, environment.taskCount());
      for (int i = 0; i < environment.taskCount(); i++) {
        final Task task = environment.task(i);
        final Episode episode = environment.start(task, 0);
        for (final Taskset.Call call : taskset.solution(task).calls()) {
          final var shown = episode.call(CallText.write(call.tool(), call.arguments()));
          assertEquals(ToolCall.Status.OK, shown.status(), task.id() + shown.text());
        }
        final Score score = episode.finish(taskset.solution(task).answer());
        assertEquals(1.0, score.reward(), task.id());
        assertEquals(1.0, score.components().get("supporting_recall"), task.id());
      }
    }
  }

  /** The question names the city, which is found first; the river is found further down. */
  @Test
  void shouldFindTheSupportingPassagesOfOwnQuestions() {
    try (SearchTaskset taskset = new SearchTaskset(OwnQuestions.in(folder))) {
      assertEquals(10, taskset.index().size());
      assertEquals(0.5, recall(taskset, 1), 1e-9);
      assertEquals(1.0, recall(taskset, 10), 1e-9);
    }
  }

  /** The figures are those of docs/worlds/SEARCH.md. */
  @Test
  void shouldFindSupportingPassagesAsOftenAsTheDocumentSays() {
    final Path data = SharedData.find("data/multihop-qa");
    try (SearchTaskset taskset = new SearchTaskset(data)) {
      assertEquals(6_719, taskset.index().size());
      assertEquals(86.0 / 120, recall(taskset, 5), 1e-9);
      assertEquals(104.0 / 120, recall(taskset, 10), 1e-9);
      assertEquals(110.0 / 120, recall(taskset, 20), 1e-9);
    }
  }

  private static double recall(final SearchTaskset taskset, final int k) {
    double total = 0;
    for (final HotpotQuestion question : taskset.questions()) {
      final List<String> found =
          taskset.index().search(question.question(), k).stream().map(Passage::title).toList();
      total +=
          (double) question.supporting().stream().filter(found::contains).count()
              / question.supporting().size();
    }
    return total / taskset.questions().size();
  }
}
