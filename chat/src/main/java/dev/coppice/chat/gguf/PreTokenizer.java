package dev.coppice.chat.gguf;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Names the ways in which byte-level vocabularies cut a text before they merge.
 *
 * @source llama.cpp, the regular expressions of its vocabularies; tokenizer.json of the same models.
 */
enum PreTokenizer {
  GPT2(List.of("gpt-2", "phi-2"), false, false, List.of()),
  /** Digits stand alone, then as GPT-2. */
  SMOLLM(List.of("smollm", "starcoder"), false, false, List.of()),
  LLAMA3(
      List.of("llama-bpe", "llama3", "llama-v3"),
      true,
      false,
      List.of(
          "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}|"
              + " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+")),
  QWEN2(
      List.of("qwen2", "deepseek-r1-qwen"),
      false,
      true,
      List.of(
          "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}|"
              + " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+")),
  TEKKEN(
      List.of("tekken"),
      true,
      false,
      List.of(
          "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*"
              + "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+|[^\\r\\n\\p{L}\\p{N}]?"
              + "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*|\\p{N}|"
              + " ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+")),
  DEFAULT(
      List.of("default"),
      false,
      false,
      List.of(
          "[\\p{P}\\$\\+<=>\\^~\\|]+",
          "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)",
          "\\p{N}+",
          "[0-9][0-9][0-9]"));

  private final List<String> names;
  private final boolean ignoreMerges;
  private final boolean composed;
  private final List<String> cuts;

  PreTokenizer(
      final List<String> names,
      final boolean ignoreMerges,
      final boolean composed,
      final List<String> cuts) {
    this.names = names;
    this.ignoreMerges = ignoreMerges;
    this.composed = composed;
    this.cuts = cuts;
  }

  /** Finds one by the name in {@code tokenizer.ggml.pre}; null if it is not known. */
  static PreTokenizer of(final String name) {
    for (final PreTokenizer one : values()) {
      if (one.names.contains(name)) {
        return one;
      }
    }
    return null;
  }

  static String known() {
    return Arrays.stream(values())
        .flatMap(one -> one.names.stream())
        .collect(Collectors.joining(", "));
  }

  /** Says whether a word that is in the vocabulary is one token, whatever the merges say. */
  boolean ignoreMerges() {
    return ignoreMerges;
  }

  /** Says whether texts are brought to their composed form first (NFC). */
  boolean composed() {
    return composed;
  }

  /** Writes it as {@code tokenizer.json} does. */
  ObjectNode json() {
    final ObjectNode sequence = JsonNodeFactory.instance.objectNode().put("type", "Sequence");
    final ArrayNode parts = sequence.putArray("pretokenizers");
    if (this == SMOLLM) {
      parts.addObject().put("type", "Digits").put("individual_digits", true);
    }
    for (final String cut : cuts) {
      final ObjectNode split = parts.addObject().put("type", "Split");
      split.putObject("pattern").put("Regex", cut);
      split.put("behavior", "Isolated").put("invert", false);
    }
    parts
        .addObject()
        .put("type", "ByteLevel")
        .put("add_prefix_space", false)
        .put("trim_offsets", true)
        .put("use_regex", cuts.isEmpty());
    return sequence;
  }
}
