package dev.coppice.worlds.search;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Compares answers as HotpotQA's evaluation does.
 *
 * <p>Answers are put in lower case, lose ASCII punctuation and then the words a, an and the, and
 * have their blanks joined. {@code em = [normalised equal]}; {@code f1 = 2PR / (P + R)} over the
 * bags of words, but 0 where one of the two is yes, no or noanswer and the other is something else.
 *
 * @thread stateless, any thread
 * @source Yang et al., HotpotQA, EMNLP 2018, hotpot_evaluate_v1.py
 */
final class HotpotMetric {
  private static final Set<String> CLOSED = Set.of("yes", "no", "noanswer");
  private static final String PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

  /** Python's idea of a word: letters, numbers and the underscore, no combining marks. */
  private static final Pattern ARTICLE =
      Pattern.compile("(?<![\\p{L}\\p{N}_])(a|an|the)(?![\\p{L}\\p{N}_])");

  /** What Python's {@code str.split} takes for a blank. */
  private static final Pattern BLANKS =
      Pattern.compile("[\\s\\x1c-\\x1f]+", Pattern.UNICODE_CHARACTER_CLASS);

  private HotpotMetric() {}

  /** Normalises an answer. */
  static String normalised(final String answer) {
    final String lower = answer.toLowerCase(Locale.ROOT);
    final StringBuilder bare = new StringBuilder(lower.length());
    for (int i = 0; i < lower.length(); i++) {
      if (PUNCTUATION.indexOf(lower.charAt(i)) < 0) {
        bare.append(lower.charAt(i));
      }
    }
    return String.join(" ", words(ARTICLE.matcher(bare).replaceAll(" ")));
  }

  /**
   * Returns 1 if the answers are equal once normalised, else 0. Silence equals a truth that is made
   * of articles and signs alone: {@link SearchWorld} does not pay it.
   */
  static double exactMatch(final String prediction, final String truth) {
    return normalised(prediction).equals(normalised(truth)) ? 1.0 : 0.0;
  }

  /** Returns the harmonic mean of precision and recall of the words. */
  static double f1(final String prediction, final String truth) {
    final String said = normalised(prediction);
    final String right = normalised(truth);
    if ((CLOSED.contains(said) || CLOSED.contains(right)) && !said.equals(right)) {
      return 0.0;
    }
    final List<String> saidWords = words(said);
    final List<String> rightWords = words(right);
    final Map<String, Integer> left = new HashMap<>();
    rightWords.forEach(word -> left.merge(word, 1, Integer::sum));
    int common = 0;
    for (final String word : saidWords) {
      if (left.getOrDefault(word, 0) > 0) {
        left.merge(word, -1, Integer::sum);
        common++;
      }
    }
    if (common == 0) {
      return 0.0;
    }
    final double precision = (double) common / saidWords.size();
    final double recall = (double) common / rightWords.size();
    return 2 * precision * recall / (precision + recall);
  }

  private static List<String> words(final String text) {
    return BLANKS.splitAsStream(text).filter(word -> !word.isEmpty()).toList();
  }
}
