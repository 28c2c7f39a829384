package dev.coppice.worlds.search;

import dev.coppice.environments.canonical.CanonicalJson;
import dev.coppice.environments.tool.Argument;
import dev.coppice.environments.tool.SeenResults;
import dev.coppice.environments.tool.SideEffect;
import dev.coppice.environments.tool.ToolException;
import dev.coppice.environments.toolworld.MethodWorld;
import dev.coppice.environments.toolworld.ToolMethod;
import dev.coppice.environments.toolworld.ToolResult;
import dev.coppice.episode.Score;
import dev.coppice.trajectory.Task;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Searches a corpus that nobody can change: a fork shares everything.
 *
 * <p>What a branch has found and opened is noted beside its results, so that the score can tell how
 * far it got: {@code supporting_recall} is the share of supporting passages that were opened, {@code
 * found_recall} the share that stood in some list of results.
 */
public final class SearchWorld extends MethodWorld {
  private static final int SNIPPET_CHARS = 160;
  private static final int OPENED_CHARS = 4_000;
  private static final String OPENED = "o";
  private static final String FOUND = "f";

  private final PassageIndex index;
  private final String corpus;
  private HotpotQuestion question;

  SearchWorld(final PassageIndex index, final String corpus) {
    this(index, corpus, null);
  }

  private SearchWorld(
      final PassageIndex index, final String corpus, final HotpotQuestion question) {
    this.index = index;
    this.corpus = corpus;
    this.question = question;
  }

  /**
   * Finds passages.
   *
   * @param query in words.
   * @param k passages wanted.
   * @return titles with the beginnings of their texts.
   */
  @ToolMethod(
      value = "Finds the passages that fit a query best (BM25); shows titles and beginnings.",
      effect = SideEffect.READ)
  public ToolResult search(
      @Argument(value = "What to look for, in words.", name = "query") final String query,
      @Argument(
              value = "How many passages to show.",
              name = "k",
              defaultValue = "5",
              min = 1,
              max = 20)
          final int k) {
    final List<Map<String, String>> shown = new ArrayList<>();
    final StringBuilder note = new StringBuilder(FOUND);
    for (final Passage passage : index.search(query, k)) {
      shown.add(Map.of("title", passage.title(), "begins", cut(passage.text(), SNIPPET_CHARS)));
      note.append('\0').append(passage.title());
    }
    return ToolResult.ok(CanonicalJson.write(shown), note.toString());
  }

  /**
   * Opens a passage.
   *
   * @param title of the passage.
   * @return its text.
   * @throws ToolException if there is no such passage.
   */
  @ToolMethod(value = "Shows the passage with a title.", effect = SideEffect.READ)
  public ToolResult open(
      @Argument(value = "Title of the passage, as search shows it.", name = "title")
          final String title)
      throws ToolException {
    final Passage passage = index.open(title);
    if (passage == null) {
      final List<String> near = index.search(title, 3).stream().map(Passage::title).toList();
      throw new ToolException(
          "there is no passage with this title" + (near.isEmpty() ? "" : "; near are " + near));
    }
    return ToolResult.ok(
        CanonicalJson.write(
            Map.of("title", passage.title(), "text", cut(passage.text(), OPENED_CHARS))),
        OPENED + '\0' + passage.title());
  }

  private static String cut(final String text, final int chars) {
    if (text.length() <= chars) {
      return text;
    }
    // Not between the halves of a character.
    final int end = Character.isHighSurrogate(text.charAt(chars - 1)) ? chars - 1 : chars;
    return text.substring(0, end) + "...";
  }

  @Override
  protected String version() {
    return "1/" + corpus;
  }

  @Override
  public void reset(final Task task, final long seed) {
    question = HotpotQuestion.read(task.id(), task.input());
  }

  @Override
  public SearchWorld fork() {
    return new SearchWorld(index, corpus, question);
  }

  /** Returns the digest of the corpus, which is all the state there is. */
  @Override
  public String digest() {
    return corpus;
  }

  @Override
  public boolean scoresAnswerAlone() {
    return true;
  }

  @Override
  public Score reward(final String answer, final SeenResults seen) {
    final String said = answer == null ? "" : answer;
    // HotpotQA's own metric pays silence where the right answer is an article or a mark.
    final boolean silent = HotpotMetric.normalised(said).isEmpty();
    final double exact = silent ? 0.0 : HotpotMetric.exactMatch(said, question.answer());
    return new Score(
        exact,
        Map.of(
            "exact_match", exact,
            "f1", HotpotMetric.f1(said, question.answer()),
            "supporting_recall", recall(seen, OPENED),
            "found_recall", recall(seen, FOUND)),
        answer == null ? null : HotpotMetric.normalised(answer));
  }

  private double recall(final SeenResults seen, final String kind) {
    final Set<String> titles = new HashSet<>();
    for (final String note : seen.notes()) {
      final String[] parts = note.split("\0", -1);
      if (parts[0].equals(kind)) {
        titles.addAll(List.of(parts).subList(1, parts.length));
      }
    }
    final long reached = question.supporting().stream().filter(titles::contains).count();
    return (double) reached / question.supporting().size();
  }
}
