package dev.coppice.decoder.convert;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.coppice.chat.files.ModelFileException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Turns a llama2.c tokenizer into {@code tokenizer.json}.
 *
 * <pre>
 *   int32 longest | per token: f32 score, int32 length, bytes
 * </pre>
 *
 * <p>llama2.c puts a space before the text, splits it into characters, characters it lacks into
 * bytes, and then merges the neighbours whose joined text has the best score. The same comes of
 * byte-pair merges, one for every way to split a token in two, ranked by the token's score.
 *
 * @param pieces text of every token.
 * @param scores of every token.
 */
record Llama2cTokenizer(List<String> pieces, List<Float> scores) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int FIRST_BYTE = 3;
  private static final int FIRST_PIECE = FIRST_BYTE + 256;
  private static final List<String> SPECIAL = List.of("<unk>", "<s>", "</s>");

  private record Merge(String left, String right, float score, int token) {}

  /**
   * Reads a file.
   *
   * @param file it came from, for messages.
   * @param bytes of it, in little endian order.
   * @param vocabulary the number of tokens the model has.
   * @return its tokens.
   */
  static Llama2cTokenizer read(final Path file, final ByteBuffer bytes, final int vocabulary) {
    final List<String> pieces = new ArrayList<>();
    final List<Float> scores = new ArrayList<>();
    final Map<String, Integer> seen = new HashMap<>();
    bytes.position(Math.min(4, bytes.limit()));
    for (int token = 0; token < vocabulary; token++) {
      if (bytes.remaining() < 8) {
        throw new ModelFileException(
            file, "truncated: it ends at token " + token + ", the model has " + vocabulary);
      }
      final float score = bytes.getFloat();
      final int length = bytes.getInt();
      if (length < 0 || length > bytes.remaining()) {
        throw new ModelFileException(file, "truncated: token " + token + " has length " + length);
      }
      final byte[] text = new byte[length];
      bytes.get(text);
      final String piece =
          token < SPECIAL.size() ? SPECIAL.get(token) : new String(text, StandardCharsets.UTF_8);
      if (seen.put(piece, token) != null) {
        throw new ModelFileException(file, "token " + token + " repeats the text '" + piece + "'");
      }
      pieces.add(piece);
      scores.add(score);
    }
    if (bytes.hasRemaining()) {
      throw new ModelFileException(
          file, "holds more than the " + vocabulary + " tokens of the model");
    }
    return new Llama2cTokenizer(pieces, scores);
  }

  /**
   * Writes {@code tokenizer.json}.
   *
   * @return its root.
   */
  ObjectNode json() {
    final ObjectNode root = JSON.createObjectNode();
    root.put("version", "1.0").putNull("truncation").putNull("padding");
    final ArrayNode added = root.putArray("added_tokens");
    for (int i = 0; i < SPECIAL.size(); i++) {
      final ObjectNode token = added.addObject().put("id", i).put("content", SPECIAL.get(i));
      token.put("single_word", false).put("lstrip", false).put("rstrip", false);
      token.put("normalized", false).put("special", true);
    }
    root.putObject("normalizer").put("type", "Prepend").put("prepend", " ");
    root.putNull("pre_tokenizer").putNull("post_processor");
    final ObjectNode decoder = root.putObject("decoder").put("type", "Sequence");
    final ArrayNode steps = decoder.putArray("decoders");
    steps.addObject().put("type", "ByteFallback");
    steps.addObject().put("type", "Fuse");
    steps.addObject().put("type", "Strip").put("content", " ").put("start", 1).put("stop", 0);
    root.set("model", model());
    return root;
  }

  private ObjectNode model() {
    final ObjectNode model = JSON.createObjectNode();
    model.put("type", "BPE").putNull("dropout").put("unk_token", "<unk>");
    model.putNull("continuing_subword_prefix").putNull("end_of_word_suffix");
    model.put("fuse_unk", true).put("byte_fallback", true).put("ignore_merges", false);
    final ObjectNode vocabulary = model.putObject("vocab");
    for (int i = 0; i < pieces.size(); i++) {
      vocabulary.put(pieces.get(i), i);
    }
    final ArrayNode merges = model.putArray("merges");
    for (final Merge merge : merges()) {
      merges.addArray().add(merge.left()).add(merge.right());
    }
    return model;
  }

  private List<Merge> merges() {
    final Map<String, Integer> ids = new HashMap<>();
    for (int i = FIRST_PIECE; i < pieces.size(); i++) {
      ids.put(pieces.get(i), i);
    }
    final List<Merge> merges = new ArrayList<>();
    for (int i = FIRST_PIECE; i < pieces.size(); i++) {
      final String piece = pieces.get(i);
      for (int cut = 1; cut < piece.length(); cut++) {
        final String left = piece.substring(0, cut);
        final String right = piece.substring(cut);
        if (ids.containsKey(left) && ids.containsKey(right)) {
          merges.add(new Merge(left, right, scores.get(i), i));
        }
      }
    }
    merges.sort(Comparator.comparingDouble((Merge m) -> -m.score()).thenComparingInt(Merge::token));
    return merges;
  }
}
