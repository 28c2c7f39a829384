package dev.coppice.environments.gsm8k;

import dev.coppice.environments.canonical.CanonicalJson;
import dev.coppice.environments.replay.ReplayScript;
import dev.coppice.environments.replay.ScriptedEnvironment;
import dev.coppice.episode.Dialect;
import dev.coppice.episode.Episode;
import dev.coppice.trajectory.Task;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Offers the word problems of GSM8K with a calculator in the text.
 *
 * <p>The policy writes {@code <<48/2=} and the calculator continues with {@code 24>>}. The reward is 1
 * if the number behind {@code ####} equals the reference, however it is spelled. The answer's line ends
 * the episode, as a model that writes on would be cut with its answer given.
 *
 * @thread immutable, any thread
 * @source Cobbe et al., Training Verifiers to Solve Math Word Problems, 2021, arXiv 2110.14168
 */
public final class Gsm8kEnvironment implements ScriptedEnvironment {
  /** The name of this environment. */
  public static final String NAME = "gsm8k";

  /** The prompt of an environment that is given none. */
  public static final String DEFAULT_PROMPT = "<bos>{question}\n";

  private static final String QUESTION = "{question}";
  private static final Dialect DIALECT =
      new Dialect(
          Gsm8kProblem.CALL_OPEN,
          Gsm8kProblem.CALL_CLOSE,
          Gsm8kProblem.ANSWER_OPEN,
          Gsm8kProblem.ANSWER_CLOSE);

  private final String split;
  private final String template;
  private final List<Gsm8kProblem> problems;
  private final int[] chosen;

  /**
   * Reads the problems.
   *
   * @param path of the folder with {@code train.jsonl} and {@code test.jsonl}, or of one such file.
   * @param split that names the file in the folder, {@code train} or {@code test}.
   * @param count of problems, drawn without replacement; 0 for all of them in the file's order.
   * @param seed of the draw.
   * @param template of the prompt, in which {@code {question}} stands for the question.
   * @throws IllegalArgumentException if the file is missing or broken, if it has fewer problems, or
   *     if the template has no place for the question.
   */
  public Gsm8kEnvironment(
      final Path path,
      final String split,
      final int count,
      final long seed,
      final String template) {
    if (!template.contains(QUESTION)) {
      throw new IllegalArgumentException(
          "gsm8k: the prompt needs a place for the question: prompt=" + template);
    }
    this.split = split;
    this.template = template;
    problems = Gsm8kFile.read(path, split);
    if (count < 0 || count > problems.size()) {
      throw new IllegalArgumentException(
          "gsm8k: the file does not have that many problems: count="
              + count
              + " problems="
              + problems.size());
    }
    chosen = choose(problems.size(), count, seed);
  }

  private static int[] choose(final int total, final int count, final long seed) {
    final int[] indices = IntStream.range(0, total).toArray();
    if (count == 0) {
      return indices;
    }
    final SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < count; i++) {
      final int j = i + random.nextInt(total - i);
      final int index = indices[j];
      indices[j] = indices[i];
      indices[i] = index;
    }
    return IntStream.range(0, count).map(i -> indices[i]).toArray();
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Dialect dialect() {
    return DIALECT;
  }

  @Override
  public int taskCount() {
    return chosen.length;
  }

  /** Names the task by its line in the file, so the same problem has the same id in every run. */
  @Override
  public Task task(final int index) {
    final Gsm8kProblem problem = problems.get(chosen[index]);
    return new Task(
        NAME + "/" + split + "/" + chosen[index],
        CanonicalJson.write(Map.of("answer", problem.answer(), "question", problem.question())));
  }

  @Override
  public Episode start(final Task task, final long seed) {
    final Gsm8kProblem problem = problem(task);
    return new Gsm8kEpisode(problem, prompt(problem));
  }

  /** Says what the data set's own solution says. */
  @Override
  public ReplayScript script(final Task task) {
    final Gsm8kProblem problem = problem(task);
    return new ReplayScript(prompt(problem), problem.turns());
  }

  @Override
  public String observationClose() {
    return Gsm8kProblem.OBSERVATION_CLOSE;
  }

  private String prompt(final Gsm8kProblem problem) {
    return template.replace(QUESTION, problem.question());
  }

  static Gsm8kProblem problem(final Task task) {
    final Map<String, Object> input = CanonicalJson.read(task.input());
    if (!(input.get("question") instanceof String question)
        || !(input.get("answer") instanceof String answer)) {
      throw new IllegalArgumentException(
          "a gsm8k task needs question and answer: task=" + task.id());
    }
    return new Gsm8kProblem(question, answer);
  }
}
