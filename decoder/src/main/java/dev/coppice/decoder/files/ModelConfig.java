package dev.coppice.decoder.files;

import dev.coppice.chat.files.JsonFiles;
import dev.coppice.chat.files.ModelFileException;
import dev.coppice.chat.gguf.GgufFile;
import dev.coppice.decoder.ggml.GgufConfig;
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
   * Reads and checks {@code config.json}, or the metadata of a GGUF file, before any weight is read.
   *
   * @param model folder, as Hugging Face lays it out, or GGUF file.
   * @return the configuration.
   * @throws ModelFileException naming the key that is missing, wrong or not supported.
   */
  public static ModelConfig read(final Path model) {
    if (GgufFile.is(model)) {
      try (GgufFile file = GgufFile.open(model)) {
        return new ConfigReader(model, GgufConfig.read(file)).read();
      }
    }
    if (!Files.isDirectory(model)) {
      throw new ModelFileException(
          model,
          "there is no such model; it is a .gguf file, or a folder that holds config.json,"
              + " model.safetensors and tokenizer.json");
    }
    final Path file = model.resolve("config.json");
    return new ConfigReader(file, JsonFiles.read(file)).read();
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
