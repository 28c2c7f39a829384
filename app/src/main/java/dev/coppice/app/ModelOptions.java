package dev.coppice.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.coppice.app.config.ConfigException;
import dev.coppice.app.run.ProjectPaths;
import dev.coppice.app.runner.Engines;
import dev.coppice.chat.tokenizer.ModelTokenizer;
import dev.coppice.chat.tokenizer.TokenizerFiles;
import dev.coppice.model.SequenceModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Option;

/** Names a model on the command line, and opens it. */
final class ModelOptions {
  private static final ObjectMapper STRICT =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .build();

  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR",
      description = "Model folder in Hugging Face's layout.")
  private String model;

  /** Returns the token that ends a sequence, or -1; the folder need not have a tokenizer. */
  int endToken() {
    return TokenizerFiles.endToken(folder());
  }

  ModelTokenizer tokenizer() {
    return ModelTokenizer.open(folder());
  }

  /** Opens the model in this process, to compute in the given numbers. */
  SequenceModel open(final String dtype) {
    return Engines.openSequence(folder(), Map.of("dtype", dtype));
  }

  private Path folder() {
    return ProjectPaths.modelFolder(model);
  }

  /** Reads a file that holds one JSON array of token ids. */
  static int[] tokens(final Path file) {
    if (!Files.exists(file) || Files.isDirectory(file)) {
      throw new ConfigException("no such file of tokens: " + file);
    }
    try {
      return tokens(Files.readAllBytes(file), file.toString());
    } catch (final IOException e) {
      throw new ConfigException(file + " cannot be read: " + e);
    }
  }

  /** Reads one JSON array of token ids; the source is named where it is none. */
  static int[] tokens(final byte[] json, final String source) {
    final String wanted = source + " must hold one JSON array of token ids";
    try {
      final int[] tokens = STRICT.readValue(json, int[].class);
      if (tokens == null) {
        throw new ConfigException(wanted + ", it holds null");
      }
      return tokens;
    } catch (final JsonProcessingException e) {
      throw new ConfigException(wanted + ": " + e.getOriginalMessage());
    } catch (final IOException e) {
      throw new UncheckedIOException("memory cannot fail", e);
    }
  }
}
