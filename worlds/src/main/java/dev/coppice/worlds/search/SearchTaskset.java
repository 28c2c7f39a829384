package dev.coppice.worlds.search;

import dev.coppice.environments.canonical.StateDigest;
import dev.coppice.environments.toolworld.Taskset;
import dev.coppice.environments.toolworld.ToolWorld;
import dev.coppice.episode.EpisodePlan;
import dev.coppice.trajectory.Task;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Offers HotpotQA's questions over an index of passages.
 *
 * <p>The reward is the exact match of the answer; F1 and the recall of supporting titles stand
 * beside it as components.
 *
 * @thread immutable, any thread
 * @source Yang et al., HotpotQA: A Dataset for Diverse, Explainable Multi-hop Question Answering,
 *     EMNLP 2018
 */
public final class SearchTaskset implements Taskset {
  /** The name of this world. */
  public static final String NAME = "search";

  private static final int SCRIPTED_K = 10;

  private final List<HotpotQuestion> questions;
  private final PassageIndex index;
  private final SearchWorld blank;

  /**
   * Reads the questions and builds the index.
   *
   * @param folder with {@code hotpotqa_distractor_60.jsonl} and, at will, {@code
   *     2wikimultihopqa_corpus.json}.
   * @throws IllegalArgumentException if a file is missing or broken.
   */
  public SearchTaskset(final Path folder) {
    final HotpotFiles files = HotpotFiles.read(folder);
    questions = files.questions();
    index = new PassageIndex(files.passages());
    final StringBuilder corpus = new StringBuilder();
    files.passages().forEach(p -> corpus.append(p.title()).append('\0').append(p.text()));
    blank = new SearchWorld(index, StateDigest.of(corpus.toString()));
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public int taskCount() {
    return questions.size();
  }

  @Override
  public Task task(final int index) {
    final HotpotQuestion question = questions.get(index);
    return new Task(NAME + "/" + question.id(), question.json());
  }

  @Override
  public String request(final Task task) {
    return HotpotQuestion.read(task.id(), task.input()).question();
  }

  @Override
  public EpisodePlan plan(final Task task) {
    final int turns = solution(task).calls().size() + 1;
    return new EpisodePlan(turns - 1, turns);
  }

  @Override
  public ToolWorld open() {
    return blank.fork();
  }

  /** Searches for the question's own words, opens what supports the answer, and answers. */
  @Override
  public Solution solution(final Task task) {
    final HotpotQuestion question = HotpotQuestion.read(task.id(), task.input());
    final List<Call> calls = new ArrayList<>();
    calls.add(new Call("search", Map.of("query", question.question(), "k", SCRIPTED_K)));
    question.supporting().forEach(title -> calls.add(new Call("open", Map.of("title", title))));
    return new Solution(calls, question.answer());
  }

  /** Returns the index all branches share. */
  PassageIndex index() {
    return index;
  }

  List<HotpotQuestion> questions() {
    return questions;
  }

  @Override
  public void close() {
    index.close();
  }
}
