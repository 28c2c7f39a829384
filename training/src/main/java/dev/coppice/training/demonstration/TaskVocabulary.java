package dev.coppice.training.demonstration;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Lists the tokens of both tasks: the tags as one token each, then single characters.
 *
 * <p>The order is the order of the ids, and the shipped {@code tokenizer.json} is written from it.
 *
 * @thread immutable, any thread
 */
public final class TaskVocabulary {
  /** Fills the end of short rows in a batch. */
  public static final int PAD = 0;

  /** Begins every sequence. */
  public static final int BOS = 1;

  /** Ends a sequence; the tasks end at {@code </answer>} and never need it. */
  public static final int EOS = 2;

  /** Begins a call. */
  public static final int CALL = 3;

  /** Ends a call. */
  public static final int CALL_END = 4;

  /** Begins an observation. */
  public static final int OBS = 5;

  /** Ends an observation. */
  public static final int OBS_END = 6;

  /** Begins the answer. */
  public static final int ANSWER = 7;

  /** Ends the answer and the episode. */
  public static final int ANSWER_END = 8;

  /** Number of ids that stand for tags and marks; characters begin here. */
  public static final int SPECIAL_TOKENS = 9;

  private static final List<String> TOKENS = tokens();
  private static final Map<String, Integer> IDS = ids();

  private TaskVocabulary() {}

  /**
   * Returns the text of every token.
   *
   * @return texts in the order of their ids.
   */
  public static List<String> texts() {
    return TOKENS;
  }

  /**
   * Returns the number of tokens.
   *
   * @return V.
   */
  public static int size() {
    return TOKENS.size();
  }

  /**
   * Cuts a text into tokens.
   *
   * @param text of tags and known characters.
   * @return the ids.
   * @throws IllegalArgumentException if a character is not in the vocabulary.
   */
  public static int[] encode(final String text) {
    final int[] ids = new int[text.length()];
    int count = 0;
    int at = 0;
    while (at < text.length()) {
      final int end = text.charAt(at) == '<' ? text.indexOf('>', at) + 1 : at + 1;
      final Integer id = IDS.get(text.substring(at, Math.max(end, at + 1)));
      if (id == null) {
        throw new IllegalArgumentException("not in the vocabulary: at=" + at + " text=" + text);
      }
      ids[count++] = id;
      at = end;
    }
    return Arrays.copyOf(ids, count);
  }

  /**
   * Writes tokens as text.
   *
   * @param ids to write.
   * @return the text, tags included.
   */
  public static String decode(final int... ids) {
    final StringBuilder text = new StringBuilder();
    for (final int id : ids) {
      text.append(TOKENS.get(id));
    }
    return text.toString();
  }

  private static List<String> tokens() {
    final List<String> tokens =
        new ArrayList<>(
            List.of(
                "<pad>",
                "<bos>",
                "<eos>",
                "<call>",
                "</call>",
                "<obs>",
                "</obs>",
                "<answer>",
                "</answer>"));
    for (final char c : "0123456789+-*/= \nabdeghilmnoprtwy".toCharArray()) {
      tokens.add(String.valueOf(c));
    }
    return List.copyOf(tokens);
  }

  private static Map<String, Integer> ids() {
    final Map<String, Integer> ids = new HashMap<>();
    for (int id = 0; id < TOKENS.size(); id++) {
      ids.put(TOKENS.get(id), id);
    }
    return Map.copyOf(ids);
  }
}
