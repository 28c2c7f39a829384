package dev.coppice.environments.replay;

import dev.coppice.episode.Environment;
import dev.coppice.model.PathPolicy;
import dev.coppice.model.Tokenizer;

/**
 * Brings a policy and a tokenizer of its own, so that it runs without any model.
 *
 * @thread any; implementations are immutable or thread-safe.
 */
public interface SelfPlayedEnvironment extends Environment {
  /**
   * Returns the tokenizer of its texts.
   *
   * @return the tokenizer; the caller closes it.
   */
  Tokenizer tokenizer();

  /**
   * Returns the policy that plays its tasks.
   *
   * @return a policy over the tokenizer's vocabulary.
   */
  PathPolicy policy();

  /**
   * Returns the tokens of the longest episode.
   *
   * @return the context a backend needs, in tokens.
   */
  int contextTokens();
}
