package dev.coppice.model;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * Names the model a runner is asked to run: one of a folder, or a script.
 *
 * @param folder of the model, or null where there is none.
 * @param vocabularySize one more than the largest token id the tokenizer knows.
 * @param script that stands for a model, or null.
 * @param holes ids below it that stand for no token, and must not be drawn.
 */
public record RunnerRequest(Path folder, int vocabularySize, Script script, List<Integer> holes) {
  /** Keeps a copy. */
  public RunnerRequest {
    holes = List.copyOf(holes);
  }

  /**
   * Names a model whose ids all stand for a token.
   *
   * @param folder of the model, or null where there is none.
   * @param vocabularySize one more than the largest token id the tokenizer knows.
   * @param script that stands for a model, or null.
   */
  public RunnerRequest(final Path folder, final int vocabularySize, final Script script) {
    this(folder, vocabularySize, script, List.of());
  }

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
   * Asks for the model of a folder.
   *
   * @param folder of the model.
   * @param tokenizer of the model.
   * @return the request.
   */
  public static RunnerRequest of(final Path folder, final Tokenizer tokenizer) {
    Objects.requireNonNull(folder, "folder is null");
    return new RunnerRequest(folder, tokenizer.vocabularySize(), null, tokenizer.holes());
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
