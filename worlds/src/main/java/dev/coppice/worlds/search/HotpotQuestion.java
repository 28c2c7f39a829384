package dev.coppice.worlds.search;

import dev.coppice.environments.canonical.CanonicalJson;
import java.util.List;
import java.util.Map;

/**
 * Holds a question that needs two passages.
 *
 * @param id in the data set.
 * @param question to be answered.
 * @param answer in the words of the data set.
 * @param supporting titles of the passages that hold the answer.
 */
record HotpotQuestion(String id, String question, String answer, List<String> supporting) {
  HotpotQuestion {
    supporting = List.copyOf(supporting);
    if (supporting.isEmpty()) {
      throw new IllegalArgumentException("a question needs a supporting passage: id=" + id);
    }
  }

  /** Writes the question as the input of a task. */
  String json() {
    return CanonicalJson.write(
        Map.of("question", question, "answer", answer, "supporting", supporting));
  }

  /** Reads the input of a task. */
  static HotpotQuestion read(final String id, final String json) {
    final Map<String, Object> input = CanonicalJson.read(json);
    if (!(input.get("question") instanceof String question)
        || !(input.get("answer") instanceof String answer)
        || !(input.get("supporting") instanceof List<?> supporting)) {
      throw new IllegalArgumentException(
          "a search task needs question, answer and supporting: task=" + id);
    }
    return new HotpotQuestion(
        id, question, answer, supporting.stream().map(String.class::cast).toList());
  }
}
