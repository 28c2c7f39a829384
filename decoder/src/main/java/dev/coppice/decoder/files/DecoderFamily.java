package dev.coppice.decoder.files;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Names the decoder families that are computed, and where each departs from Llama.
 *
 * <p>All of them share the layout {@code model.layers.N.self_attn.q_proj ...} of their weights.
 * SmolLM2 calls itself Llama. Another family fits if it can be told by a few such departures.
 */
public enum DecoderFamily {
  /** Llama 1 to 3 and models that took over its architecture. */
  LLAMA("LlamaForCausalLM", false, false),
  /** Mistral: Llama with a sliding window, which here bounds the context. */
  MISTRAL("MistralForCausalLM", false, false),
  /** Qwen2 and 2.5: biases on the query, key and value projections. */
  QWEN2("Qwen2ForCausalLM", true, false),
  /** Qwen3: queries and keys are normalised per head before they are rotated. */
  QWEN3("Qwen3ForCausalLM", false, true);

  private final String architecture;
  private final boolean alwaysBiased;
  private final boolean queryKeyNorm;

  DecoderFamily(final String architecture, final boolean alwaysBiased, final boolean queryKeyNorm) {
    this.architecture = architecture;
    this.alwaysBiased = alwaysBiased;
    this.queryKeyNorm = queryKeyNorm;
  }

  /**
   * Returns the name in {@code architectures} of config.json.
   *
   * @return the class name in transformers.
   */
  public String architecture() {
    return architecture;
  }

  /**
   * Tells whether queries, keys and values have a bias whatever the configuration says.
   *
   * @return true for Qwen2.
   */
  public boolean alwaysBiased() {
    return alwaysBiased;
  }

  /**
   * Tells whether queries and keys are normalised per head.
   *
   * @return true for Qwen3.
   */
  public boolean queryKeyNorm() {
    return queryKeyNorm;
  }

  /**
   * Finds a family.
   *
   * @param architecture as config.json names it.
   * @return the family, or null if it is not computed here.
   */
  static DecoderFamily of(final String architecture) {
    for (final DecoderFamily family : values()) {
      if (family.architecture.equals(architecture)) {
        return family;
      }
    }
    return null;
  }

  /**
   * Lists what is computed.
   *
   * @return the architectures, for a message.
   */
  static String known() {
    return Arrays.stream(values()).map(f -> f.architecture).collect(Collectors.joining(", "));
  }
}
