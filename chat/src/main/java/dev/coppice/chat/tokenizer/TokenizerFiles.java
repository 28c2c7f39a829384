package dev.coppice.chat.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.coppice.chat.files.JsonFiles;
import dev.coppice.chat.files.ModelFileException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Holds what a model folder says about special tokens.
 *
 * <p>The beginning and the end are those of {@code tokenizer_config.json}, else of {@code
 * generation_config.json}, else of {@code config.json}; of a list, the first.
 *
 * @param vocabularySize one more than the largest id.
 * @param beginToken id, or -1.
 * @param endToken id, or -1.
 */
public record TokenizerFiles(int vocabularySize, int beginToken, int endToken) {
  /**
   * Reads the files of a folder.
   *
   * @param folder of the model.
   * @return what they say.
   * @throws ModelFileException if {@code tokenizer.json} is missing, or a file is no JSON.
   */
  public static TokenizerFiles read(final Path folder) {
    return read(folder, JsonFiles.read(folder.resolve("tokenizer.json")));
  }

  /** Reads the other files of a folder whose {@code tokenizer.json} is parsed. */
  static TokenizerFiles read(final Path folder, final JsonNode root) {
    final Map<String, Integer> ids = ids(folder.resolve("tokenizer.json"), root);
    int size = 0;
    for (final int id : ids.values()) {
      size = Math.max(size, id + 1);
    }
    final JsonNode named = JsonFiles.readIfPresent(folder.resolve("tokenizer_config.json"));
    final List<JsonNode> numbered = numbered(folder);
    return new TokenizerFiles(
        size,
        special("bos_token", named, numbered, ids),
        special("eos_token", named, numbered, ids));
  }

  /**
   * Finds the end of a folder that need not have a tokenizer.
   *
   * @param folder of the model.
   * @return the token's id, or -1.
   */
  public static int endToken(final Path folder) {
    return Files.exists(folder.resolve("tokenizer.json"))
        ? read(folder).endToken
        : special("eos_token", MissingNode.getInstance(), numbered(folder), Map.of());
  }

  private static List<JsonNode> numbered(final Path folder) {
    return List.of(
        JsonFiles.readIfPresent(folder.resolve("generation_config.json")),
        JsonFiles.readIfPresent(folder.resolve("config.json")));
  }

  private static Map<String, Integer> ids(final Path file, final JsonNode root) {
    final Map<String, Integer> ids = new HashMap<>();
    final JsonNode vocabulary = root.path("model").path("vocab");
    if (vocabulary.isArray()) {
      for (int i = 0; i < vocabulary.size(); i++) {
        ids.put(vocabulary.get(i).path(0).asText(), i);
      }
    } else {
      vocabulary.properties().forEach(e -> ids.put(e.getKey(), e.getValue().asInt()));
    }
    for (final JsonNode added : root.path("added_tokens")) {
      ids.put(added.path("content").asText(), added.path("id").asInt());
    }
    if (ids.isEmpty()) {
      throw new ModelFileException(file, "has no model.vocab");
    }
    return ids;
  }

  private static int special(
      final String key,
      final JsonNode named,
      final List<JsonNode> numbered,
      final Map<String, Integer> ids) {
    final JsonNode name = named.path(key);
    final String text = name.isObject() ? name.path("content").asText() : name.asText();
    if (ids.containsKey(text)) {
      return ids.get(text);
    }
    for (final JsonNode file : numbered) {
      final JsonNode id = file.path(key + "_id");
      final JsonNode first = id.isArray() ? id.path(0) : id;
      if (first.isIntegralNumber()) {
        return first.asInt();
      }
    }
    return -1;
  }
}
