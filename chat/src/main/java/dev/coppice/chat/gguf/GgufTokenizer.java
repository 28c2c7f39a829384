package dev.coppice.chat.gguf;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.coppice.chat.files.ModelFileException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes the tokenizer of a GGUF file as the {@code tokenizer.json} of the same model.
 *
 * <p>Tokens of type "unused" fill the vocabulary up to the rows of the embedding; they have no text
 * and are left out.
 *
 * @thread one.
 * @source tokenizers, the format of tokenizer.json; transformers, its converters of slow tokenizers.
 */
final class GgufTokenizer {
  private static final String PREFIX = "tokenizer.ggml.";
  private static final int NORMAL = 1;
  private static final int UNKNOWN = 2;
  private static final int CONTROL = 3;
  private static final int USER_DEFINED = 4;
  private static final int UNUSED = 5;
  private static final int BYTE = 6;

  private final GgufMetadata metadata;
  private final List<String> tokens;
  private final long[] types;
  private final Map<String, Integer> ids = new HashMap<>();

  GgufTokenizer(final GgufMetadata metadata) {
    this.metadata = metadata;
    tokens = metadata.texts(PREFIX + "tokens");
    if (tokens.isEmpty()) {
      throw defect("has no tokenizer: " + PREFIX + "tokens is missing or empty");
    }
    types = types();
    for (int id = 0; id < tokens.size(); id++) {
      final Integer before = types[id] == UNUSED ? null : ids.put(tokens.get(id), id);
      if (before != null) {
        throw defect(
            PREFIX + "tokens has '" + tokens.get(id) + "' twice, as " + before + " and " + id);
      }
    }
  }

  private ModelFileException defect(final String what) {
    return new ModelFileException(metadata.file(), what);
  }

  private long[] types() {
    final String key = PREFIX + "token_type";
    final long[] read = metadata.wholes(key);
    if (read.length != tokens.size()) {
      throw defect(
          "%s has %d values, %stokens has %d".formatted(key, read.length, PREFIX, tokens.size()));
    }
    for (int id = 0; id < read.length; id++) {
      if (read[id] < NORMAL || read[id] > BYTE) {
        throw defect(key + " of token " + id + " is " + read[id] + ", it must be 1 to 6");
      }
    }
    return read;
  }

  /** Writes {@code tokenizer.json}. */
  ObjectNode json() {
    final String model = metadata.text(PREFIX + "model", "");
    final ObjectNode root = JsonNodeFactory.instance.objectNode().put("version", "1.0");
    root.putNull("truncation").putNull("padding");
    added(root.putArray("added_tokens"));
    switch (model) {
      case "gpt2" -> byteLevel(root);
      case "llama" -> scored(root);
      default ->
          throw defect(
              PREFIX
                  + "model '"
                  + model
                  + "' is not read; read are gpt2 (byte-level BPE) and llama (SentencePiece)");
    }
    return root;
  }

  /** Returns the id of a special token, or -1. */
  int special(final String name) {
    final String key = PREFIX + name + "_token_id";
    final long id = metadata.whole(key, -1);
    if (id == -1 || id == 0xffff_ffffL) {
      return -1;
    }
    if (id < 0 || id >= tokens.size()) {
      throw defect(key + " " + id + " is no token; there are " + tokens.size());
    }
    return (int) id;
  }

  /** Tells whether texts of the family begin with a token where the file does not say so. */
  boolean usuallyBegins() {
    final PreTokenizer cuts = PreTokenizer.of(metadata.text(PREFIX + "pre", ""));
    return metadata.text(PREFIX + "model", "").equals("llama")
        || cuts == PreTokenizer.LLAMA3
        || cuts == PreTokenizer.TEKKEN;
  }

  String text(final int id) {
    return tokens.get(id);
  }

  private void added(final ArrayNode added) {
    for (int id = 0; id < types.length; id++) {
      if (types[id] == UNKNOWN || types[id] == CONTROL || types[id] == USER_DEFINED) {
        added
            .addObject()
            .put("id", id)
            .put("content", tokens.get(id))
            .put("single_word", false)
            .put("lstrip", false)
            .put("rstrip", false)
            .put("normalized", false)
            .put("special", types[id] != USER_DEFINED);
      }
    }
  }

  private void byteLevel(final ObjectNode root) {
    final String name = metadata.text(PREFIX + "pre", "");
    final PreTokenizer cuts = PreTokenizer.of(name);
    if (cuts == null) {
      throw defect(
          (name.isEmpty()
                  ? PREFIX + "pre is missing: the file does not say how text is cut into words"
                  : PREFIX + "pre '" + name + "' is not supported")
              + "; supported are "
              + PreTokenizer.known());
    }
    if (metadata.flag(PREFIX + "add_space_prefix", false)) {
      throw defect(PREFIX + "add_space_prefix true is not supported for gpt2");
    }
    if (cuts.composed()) {
      root.putObject("normalizer").put("type", "NFC");
    } else {
      root.putNull("normalizer");
    }
    root.set("pre_tokenizer", cuts.json());
    root.putNull("post_processor");
    root.putObject("decoder")
        .put("type", "ByteLevel")
        .put("add_prefix_space", true)
        .put("trim_offsets", true)
        .put("use_regex", true);
    final ObjectNode model = model(root, null, cuts.ignoreMerges());
    final List<String> merges = metadata.texts(PREFIX + "merges");
    if (merges.isEmpty()) {
      throw defect(PREFIX + "merges is missing, and gpt2 needs it");
    }
    final ArrayNode pairs = model.putArray("merges");
    for (final String merge : merges) {
      final int space = merge.indexOf(' ', 1);
      if (space < 0 || merge.indexOf(' ', space + 1) >= 0) {
        throw defect(PREFIX + "merges has '" + merge + "', which is no pair of tokens");
      }
      pairs.add(merge);
    }
  }

  private void scored(final ObjectNode root) {
    final boolean prefixed = metadata.flag(PREFIX + "add_space_prefix", true);
    if (metadata.flag(PREFIX + "remove_extra_whitespaces", false)) {
      throw defect(PREFIX + "remove_extra_whitespaces true is not supported");
    }
    final ObjectNode normalizer = root.putObject("normalizer").put("type", "Sequence");
    final ArrayNode steps = normalizer.putArray("normalizers");
    if (prefixed) {
      steps.addObject().put("type", "Prepend").put("prepend", ScoredMerges.SPACE);
    }
    replace(steps.addObject(), " ", ScoredMerges.SPACE);
    root.putNull("pre_tokenizer").putNull("post_processor");
    final ArrayNode decoders =
        root.putObject("decoder").put("type", "Sequence").putArray("decoders");
    replace(decoders.addObject(), ScoredMerges.SPACE, " ");
    decoders.addObject().put("type", "ByteFallback");
    decoders.addObject().put("type", "Fuse");
    if (prefixed) {
      decoders.addObject().put("type", "Strip").put("content", " ").put("start", 1).put("stop", 0);
    }
    final int unknown = special("unknown");
    final ObjectNode model = model(root, unknown < 0 ? null : tokens.get(unknown), false);
    model.put("fuse_unk", true).put("byte_fallback", true);
    final double[] scores = metadata.numbers(PREFIX + "scores");
    if (scores.length != tokens.size()) {
      throw defect(
          "%sscores has %d values, %stokens has %d"
              .formatted(PREFIX, scores.length, PREFIX, tokens.size()));
    }
    final ArrayNode pairs = model.putArray("merges");
    for (final ScoredMerges.Merge merge :
        ScoredMerges.of(tokens, ids, id -> types[id] == NORMAL ? scores[id] : Double.NaN)) {
      pairs.addArray().add(merge.left()).add(merge.right());
    }
  }

  private static void replace(final ObjectNode step, final String from, final String to) {
    step.put("type", "Replace").putObject("pattern").put("String", from);
    step.put("content", to);
  }

  private ObjectNode model(
      final ObjectNode root, final String unknown, final boolean ignoreMerges) {
    final ObjectNode model = root.putObject("model").put("type", "BPE");
    model.putNull("dropout").put("unk_token", unknown);
    model.putNull("continuing_subword_prefix").putNull("end_of_word_suffix");
    model.put("fuse_unk", false).put("byte_fallback", false).put("ignore_merges", ignoreMerges);
    final ObjectNode vocabulary = model.putObject("vocab");
    for (int id = 0; id < types.length; id++) {
      if (types[id] != UNUSED) {
        vocabulary.put(tokens.get(id), id);
      }
    }
    return model;
  }
}
