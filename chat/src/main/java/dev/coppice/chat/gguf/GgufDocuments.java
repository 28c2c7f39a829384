package dev.coppice.chat.gguf;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Makes the documents of a model folder from the metadata of a GGUF file.
 *
 * @thread any.
 */
public final class GgufDocuments {
  private static final String TEMPLATE = "tokenizer.chat_template";

  /** Names of special tokens in a GGUF file, and in {@code tokenizer_config.json}. */
  private static final Map<String, String> SPECIAL =
      Map.of("bos", "bos", "eos", "eos", "unknown", "unk", "padding", "pad");

  private GgufDocuments() {}

  /**
   * Reads the documents.
   *
   * @param file in GGUF.
   * @return {@code tokenizer.json}, {@code tokenizer_config.json} and {@code generation_config.json}
   *     by name.
   * @throws dev.coppice.chat.files.ModelFileException if the file is damaged, or its tokenizer is not
   *     supported.
   */
  public static Map<String, JsonNode> read(final Path file) {
    final GgufMetadata metadata;
    try (GgufFile opened = GgufFile.open(file)) {
      metadata = opened.metadata();
    }
    final GgufTokenizer tokenizer = new GgufTokenizer(metadata);
    return Map.of(
        "tokenizer.json",
        tokenizer.json(),
        "tokenizer_config.json",
        config(metadata, tokenizer),
        "generation_config.json",
        generation(tokenizer));
  }

  private static ObjectNode config(final GgufMetadata metadata, final GgufTokenizer tokenizer) {
    final ObjectNode config = JsonNodeFactory.instance.objectNode();
    SPECIAL.forEach(
        (ours, theirs) -> {
          final int id = tokenizer.special(ours);
          if (id >= 0) {
            config.put(theirs + "_token", tokenizer.text(id));
          }
        });
    config.put(
        "add_bos_token", metadata.flag("tokenizer.ggml.add_bos_token", tokenizer.usuallyBegins()));
    final Set<String> names = new LinkedHashSet<>();
    metadata.keys().stream().filter(key -> key.startsWith(TEMPLATE + ".")).forEach(names::add);
    if (names.isEmpty()) {
      if (metadata.has(TEMPLATE)) {
        config.put("chat_template", metadata.text(TEMPLATE, ""));
      }
      return config;
    }
    final ArrayNode templates = config.putArray("chat_template");
    if (metadata.has(TEMPLATE)) {
      template(templates, "default", metadata.text(TEMPLATE, ""));
    }
    for (final String key : names) {
      template(templates, key.substring(TEMPLATE.length() + 1), metadata.text(key, ""));
    }
    return config;
  }

  private static void template(final ArrayNode to, final String name, final String source) {
    to.addObject().put("name", name).put("template", source);
  }

  /** Writes every token that ends a turn: of the text, of the turn and of the message. */
  private static ObjectNode generation(final GgufTokenizer tokenizer) {
    final Set<Integer> ends = new LinkedHashSet<>();
    for (final String name : new String[] {"eos", "eot", "eom"}) {
      if (tokenizer.special(name) >= 0) {
        ends.add(tokenizer.special(name));
      }
    }
    final ObjectNode generation = JsonNodeFactory.instance.objectNode();
    final ArrayNode ids = generation.putArray("eos_token_id");
    ends.forEach(ids::add);
    return generation;
  }
}
