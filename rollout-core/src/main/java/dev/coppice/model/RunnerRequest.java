package dev.coppice.model;

import java.nio.file.Path;
import java.util.Objects;

/**
 * Names the model a runner is asked to run: one of a folder, or a script.
 *
 * @param folder of the model, or null where there is none.
 * @param vocabularySize the number of token ids the tokenizer knows.
 * @param script that stands for a model, or null.
 */
public record RunnerRequest(Path folder, int vocabularySize, Script script) {
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
   * @param vocabularySize the number of token ids the tokenizer knows.
   * @return the request.
   */
  public static RunnerRequest of(final Path folder, final int vocabularySize) {
    Objects.requireNonNull(folder, "folder is null");
    return new RunnerRequest(folder, vocabularySize, null);
  }

  /**
   * Asks for a script.
   *
   * @param script that stands for a model.
   * @return the request.
   */
  public static RunnerRequest of(final Script script) {
    return new RunnerRequest(null, script.vocabularySize(), script);
  }
}
