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
import dev.coppice.model.RunnerRequest;
import dev.coppice.model.SequenceModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
      paramLabel = "MODEL",
      description =
          "A .gguf file, a folder in Hugging Face's layout, or package:NAME, the .gguf file of an"
              + " installed Python package.")
  private String model;

  /** Returns the tokens that end a sequence; the model need not have a tokenizer. */
  List<Integer> endTokens() {
    return files().endTokens();
  }

  ModelTokenizer tokenizer() {
    return ModelTokenizer.open(path());
  }

  /** Opens the model in this process, to compute in the given numbers, with an adapter or "". */
  SequenceModel open(final String dtype, final String lora) {
    final TokenizerFiles files = files();
    final RunnerRequest request =
        new RunnerRequest(path(), files.vocabularySize(), null, files.holes());
    return Engines.openSequence(request, Map.of("dtype", dtype, "lora", lora));
  }

  private TokenizerFiles files() {
    return TokenizerFiles.of(path());
  }

  private Path path() {
    return ProjectPaths.model(model);
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
