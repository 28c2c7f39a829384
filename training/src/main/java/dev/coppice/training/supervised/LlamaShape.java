package dev.coppice.training.supervised;

import dev.coppice.chat.files.ModelFileException;
import dev.coppice.decoder.files.AttentionShape;
import dev.coppice.decoder.files.ModelConfig;
import dev.coppice.decoder.files.ModelDimensions;
import dev.coppice.decoder.files.RopeSettings;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Describes the sizes of a decoder of the Llama family with a tied embedding.
 *
 * @param vocabulary number of token ids, V.
 * @param hidden width of the residual stream, d.
 * @param layers number of decoder layers, L.
 * @param heads number of query heads.
 * @param kvHeads number of key and value heads, which divides {@code heads}.
 * @param feedForward width of the gated feed-forward layer.
 * @param maxPositions longest sequence in tokens.
 * @param rope how positions turn queries and keys.
 * @param rmsNormEps added to the mean square in every norm.
 * @thread immutable, any thread
 */
public record LlamaShape(
    int vocabulary,
    int hidden,
    int layers,
    int heads,
    int kvHeads,
    int feedForward,
    int maxPositions,
    RopeSettings rope,
    double rmsNormEps) {

  /** Rejects sizes that do not divide. */
  public LlamaShape {
    if (hidden % heads != 0 || heads % kvHeads != 0 || hidden / heads % 2 != 0) {
      throw new IllegalArgumentException(
          "sizes do not divide: hidden=" + hidden + " heads=" + heads + " kvHeads=" + kvHeads);
    }
  }

  /**
   * Returns the shape of the policy that ships with Coppice.
   *
   * @param vocabulary number of token ids.
   * @return four layers of width 96, about 0.41 million parameters.
   */
  public static LlamaShape tiny(final int vocabulary) {
    final RopeSettings rope = RopeSettings.plain(10_000, 256);
    return new LlamaShape(vocabulary, 96, 4, 4, 2, 256, 256, rope, 1e-5);
  }

  /**
   * Takes the sizes from the configuration of a model.
   *
   * @param folder of a decoder in Hugging Face's layout, or a GGUF file.
   * @return the shape.
   * @throws ModelFileException if the decoder has what is not trained here: an untied head,
   *     biases, normed queries, frequencies of a GGUF file's own, or heads that do not fill the
   *     hidden width.
   */
  static LlamaShape read(final Path folder) {
    final ModelConfig config = ModelConfig.read(folder);
    final ModelDimensions size = config.dimensions();
    final AttentionShape attention = config.attention();
    if (!config.tiedEmbeddings()
        || attention.projectionBias()
        || attention.outputBias()
        || attention.queryKeyNorm()
        || !config.rope().divisors().isEmpty()
        || attention.heads() * attention.headDim() != size.hiddenSize()) {
      throw new ModelFileException(
          Files.isDirectory(folder) ? folder.resolve("config.json") : folder,
          "is of no decoder that is trained here, which has a tied embedding, no biases, no norm of"
              + " queries and keys, no frequencies of a GGUF file's own, and heads that fill"
              + " hidden_size: "
              + config);
    }
    return new LlamaShape(
        size.vocabularySize(),
        size.hiddenSize(),
        size.layers(),
        attention.heads(),
        attention.kvHeads(),
        size.intermediateSize(),
        size.contextTokens(),
        config.rope(),
        config.rmsNormEps());
  }

  /**
   * Returns the size of one head.
   *
   * @return D, which is {@code hidden / heads}.
   */
  public int headSize() {
    return hidden / heads;
  }

  /**
   * Returns the width of all keys or all values of one token.
   *
   * @return {@code kvHeads * headSize}.
   */
  public int kvWidth() {
    return kvHeads * headSize();
  }

  /**
   * Counts the parameters, the tied embedding once.
   *
   * @return the number of f32 values in the weight file.
   */
  public long parameters() {
    final long attention = 2L * hidden * hidden + 2L * hidden * kvWidth();
    final long layer = attention + 3L * hidden * feedForward + 2L * hidden;
    return (long) vocabulary * hidden + layers * layer + hidden;
  }
}
