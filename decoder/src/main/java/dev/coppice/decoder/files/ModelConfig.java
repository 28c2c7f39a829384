package dev.coppice.decoder.files;

import dev.coppice.chat.files.ModelFileException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Holds what {@code config.json} says about a decoder; what is not computed here is refused by name.
 *
 * @param family of the decoder.
 * @param dimensions of its layers.
 * @param attention its heads.
 * @param rope its positions.
 * @param rmsNormEps the term that keeps the norm finite.
 * @param tiedEmbeddings whether the head uses the embedding's weights.
 */
public record ModelConfig(
    DecoderFamily family,
    ModelDimensions dimensions,
    AttentionShape attention,
    RopeSettings rope,
    float rmsNormEps,
    boolean tiedEmbeddings) {

  /**
   * Reads and checks {@code config.json}, before any weight is read.
   *
   * @param folder of the model, as Hugging Face lays it out.
   * @return the configuration.
   * @throws ModelFileException naming the key that is missing, wrong or not supported.
   */
  public static ModelConfig read(final Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new ModelFileException(
          folder,
          "there is no such model folder; it must hold config.json, model.safetensors and"
              + " tokenizer.json");
    }
    return new ConfigReader(folder.resolve("config.json")).read();
  }

  /**
   * Returns the number of weights.
   *
   * @return the parameters, a tied embedding counted once.
   */
  public long parameters() {
    final long hidden = dimensions.hiddenSize();
    final long width = attention.queryWidth() + 2L * attention.kvWidth();
    final long biases =
        (attention.projectionBias() ? width : 0) + (attention.outputBias() ? hidden : 0);
    final long layer =
        hidden * width
            + hidden * attention.queryWidth()
            + 3 * hidden * dimensions.intermediateSize()
            + 2 * hidden
            + biases
            + (attention.queryKeyNorm() ? 2L * attention.headDim() : 0);
    final long embeddings = hidden * dimensions.vocabularySize();
    return layer * dimensions.layers() + embeddings * (tiedEmbeddings ? 1 : 2) + hidden;
  }
}
