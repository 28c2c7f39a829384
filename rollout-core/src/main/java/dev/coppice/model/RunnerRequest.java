package dev.coppice.model;

import java.nio.file.Path;
import java.util.Objects;

/**
 * Names the model a runner is asked to run: one of a folder, or a script.
 *
 * @param folder of the model, or null where there is none.
 * @param script that stands for a model, or null.
 */
public record RunnerRequest(Path folder, Script script) {
  /**
   * Describes a script that stands for a model.
   *
   * @param name for reports.
   * @param vocabularySize the number of token ids.
   * @param contextTokens the largest number of tokens in one sequence.
   * @param policy that scores the next token.
   */
  public record Script(String name, int vocabularySize, int contextTokens, PathPolicy policy) {}

  /**
   * Asks for the model of a folder.
   *
   * @param folder of the model.
   * @return the request.
   */
  public static RunnerRequest of(final Path folder) {
    return new RunnerRequest(Objects.requireNonNull(folder, "folder is null"), null);
  }

  /**
   * Asks for a script.
   *
   * @param script that stands for a model.
   * @return the request.
   */
  public static RunnerRequest of(final Script script) {
    return new RunnerRequest(null, Objects.requireNonNull(script, "script is null"));
  }
}
