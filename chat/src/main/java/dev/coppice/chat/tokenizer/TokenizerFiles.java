package dev.coppice.chat.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.coppice.chat.documents.ModelDocuments;
import dev.coppice.chat.files.ModelFileException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Holds what a model says about special tokens.
 *
 * <p>The beginning is what transformers puts before a text, which for many models is nothing: the
 * {@code bos_token} where {@code add_bos_token} is true or the tokenizer's post-processor writes one.
 * Whatever any file names as an end is one: of {@code tokenizer_config.json}, then of {@code
 * generation_config.json}, then of {@code config.json}.
 *
 * @param vocabularySize one more than the largest id; 0 without a tokenizer.
 * @param beginToken id, or -1.
 * @param endTokens ids, that of the tokenizer first; empty if the model names none.
 * @param holes ids below {@code vocabularySize} that no token has, rising.
 */
public record TokenizerFiles(
    int vocabularySize, int beginToken, List<Integer> endTokens, List<Integer> holes) {
  /** The document of the vocabulary. */
  static final String NAME = "tokenizer.json";

  private static final List<String> NUMBERED = List.of("generation_config.json", "config.json");

  /** Keeps a copy. */
  public TokenizerFiles {
    endTokens = List.copyOf(endTokens);
    holes = List.copyOf(holes);
  }

  /**
   * Reads the documents of a model.
   *
   * @param documents of the model.
   * @param root of its {@code tokenizer.json}, parsed.
   * @return what they say.
   * @throws ModelFileException if the vocabulary is empty, or a file is no JSON.
   */
  static TokenizerFiles of(final ModelDocuments documents, final JsonNode root) {
    final Map<String, Integer> ids = ids(documents.place(NAME), root);
    int size = 0;
    for (final int id : ids.values()) {
      size = Math.max(size, id + 1);
    }
    final JsonNode named = documents.readIfPresent("tokenizer_config.json");
    return new TokenizerFiles(
        size, begin(root, named, ids), ends(documents, named, ids), holes(root, size, ids));
  }

  /** Lists ids without a token; a list of pieces has none, even where two of them spell the same. */
  private static List<Integer> holes(
      final JsonNode root, final int size, final Map<String, Integer> ids) {
    final BitSet taken = new BitSet(size);
    final JsonNode vocabulary = root.path("model").path("vocab");
    taken.set(0, vocabulary.isArray() ? vocabulary.size() : 0);
    ids.values().forEach(taken::set);
    final List<Integer> holes = new ArrayList<>();
    for (int id = taken.nextClearBit(0); id < size; id = taken.nextClearBit(id + 1)) {
      holes.add(id);
    }
    return holes;
  }

  /**
   * Reads what a model says that need not have a tokenizer.
   *
   * @param model folder, or GGUF file.
   * @return its special tokens, and no vocabulary where it has no tokenizer.
   */
  public static TokenizerFiles of(final Path model) {
    final ModelDocuments documents = ModelDocuments.of(model);
    return Files.isDirectory(model) && !Files.exists(model.resolve(NAME))
        ? new TokenizerFiles(0, -1, ends(documents, MissingNode.getInstance(), Map.of()), List.of())
        : of(documents, documents.read(NAME));
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

  private static int begin(
      final JsonNode root, final JsonNode named, final Map<String, Integer> ids) {
    final String text = text(named.path("bos_token"));
    final JsonNode asked = named.path("add_bos_token");
    if (asked.isBoolean()) {
      return asked.asBoolean() ? ids.getOrDefault(text, -1) : -1;
    }
    return ids.getOrDefault(written(root.path("post_processor")), -1);
  }

  /** Finds the special token that a post-processor, or one in a sequence of them, writes first. */
  private static String written(final JsonNode postProcessor) {
    for (final JsonNode one : postProcessor.path("processors")) {
      if (!written(one).isEmpty()) {
        return written(one);
      }
    }
    final JsonNode first = postProcessor.path("single").path(0);
    return first.path("SpecialToken").path("id").asText("");
  }

  private static List<Integer> ends(
      final ModelDocuments documents, final JsonNode named, final Map<String, Integer> ids) {
    final Set<Integer> ends = new LinkedHashSet<>();
    final String text = text(named.path("eos_token"));
    if (ids.containsKey(text)) {
      ends.add(ids.get(text));
    }
    for (final String file : NUMBERED) {
      final JsonNode id = documents.readIfPresent(file).path("eos_token_id");
      if (id.isIntegralNumber()) {
        ends.add(id.asInt());
      }
      for (final JsonNode one : id) {
        if (!one.isIntegralNumber()) {
          throw new ModelFileException(
              documents.place(file), "eos_token_id " + id + " is no list of whole numbers");
        }
        ends.add(one.asInt());
      }
    }
    return List.copyOf(ends);
  }

  private static String text(final JsonNode token) {
    return token.isObject() ? token.path("content").asText() : token.asText();
  }
}
