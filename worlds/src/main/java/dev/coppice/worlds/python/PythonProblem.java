package dev.coppice.worlds.python;

import dev.coppice.environments.canonical.CanonicalJson;
import java.util.List;
import java.util.Map;

/**
 * Asks for a number that is easier to compute than to guess.
 *
 * @param question for the policy.
 * @param answer the number, in decimal digits.
 * @param cells that compute and show it, one after the other in one interpreter.
 */
record PythonProblem(String question, String answer, List<String> cells) {
  PythonProblem {
    cells = List.copyOf(cells);
  }

  /** Writes the problem as the input of a task. */
  String json() {
    return CanonicalJson.write(Map.of("question", question, "answer", answer, "cells", cells));
  }

  /** Reads the input of a task. */
  static PythonProblem read(final String json) {
    final Map<String, Object> input = CanonicalJson.read(json);
    if (!(input.get("question") instanceof String question)
        || !(input.get("answer") instanceof String answer)
        || !(input.getOrDefault("cells", List.of()) instanceof List<?> cells)) {
      throw new IllegalArgumentException(
          "a python task needs question, answer and optionally cells: input=" + json);
    }
    return new PythonProblem(question, answer, cells.stream().map(String.class::cast).toList());
  }
}
