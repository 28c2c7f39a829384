package dev.coppice.chat.tokenizer;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import dev.coppice.chat.files.JsonFiles;
import dev.coppice.chat.files.ModelFileException;
import dev.coppice.model.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Encodes and decodes by a model folder's {@code tokenizer.json}.
 *
 * <p>Nothing is added to what is encoded, and nothing is cut off, whatever the file asks for; special
 * tokens written out in the text become their ids.
 *
 * @thread any.
 */
public final class ModelTokenizer implements Tokenizer {
  private static final char UNKNOWN = '\ufffd';
  private static final Map<String, String> OPTIONS =
      Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false");

  private final HuggingFaceTokenizer tokenizer;
  private final TokenizerFiles files;
  private final PieceBytes bytes;
  private final String[] pieces;
  private final int anchor;

  private ModelTokenizer(
      final HuggingFaceTokenizer tokenizer, final TokenizerFiles files, final PieceBytes bytes) {
    this.tokenizer = tokenizer;
    this.files = files;
    this.bytes = bytes;
    pieces = new String[files.vocabularySize()];
    anchor = findAnchor();
  }

  /**
   * Loads the tokenizer of a folder.
   *
   * @param folder of the model.
   * @return the tokenizer.
   * @throws ModelFileException if {@code tokenizer.json} is missing or defective.
   */
  public static ModelTokenizer open(final Path folder) {
    final Path file = folder.resolve("tokenizer.json");
    final JsonNode root = JsonFiles.read(file);
    final TokenizerFiles files = TokenizerFiles.read(folder, root);
    try (var stream = Files.newInputStream(file)) {
      final PieceBytes bytes = PieceBytes.of(root, files.vocabularySize());
      return new ModelTokenizer(HuggingFaceTokenizer.newInstance(stream, OPTIONS), files, bytes);
    } catch (IOException | RuntimeException e) {
      throw new ModelFileException(file, "is not a usable tokenizer: " + e.getMessage(), e);
    }
  }

  /** Finds a token of visible text, before which the pieces of others are decoded. */
  private int findAnchor() {
    for (int id = 0; id < pieces.length; id++) {
      final String text = decode(new int[] {id});
      if (text.length() == 1 && text.charAt(0) > ' ' && text.charAt(0) < 127) {
        return id;
      }
    }
    return -1;
  }

  @Override
  public int[] encode(final String text) {
    final long[] ids = tokenizer.encode(text, false, false).getIds();
    final int[] tokens = new int[ids.length];
    for (int i = 0; i < ids.length; i++) {
      tokens[i] = Math.toIntExact(ids[i]);
    }
    return tokens;
  }

  @Override
  public String decode(final int[] tokens) {
    final long[] ids = new long[tokens.length];
    for (int i = 0; i < tokens.length; i++) {
      ids[i] = tokens[i];
    }
    return tokenizer.decode(ids, false);
  }

  /** A model whose {@code vocab_size} is padded may sample ids that stand for no text. */
  @Override
  public String piece(final int token) {
    if (token < 0 || token >= pieces.length) {
      return "";
    }
    String piece = pieces[token];
    if (piece == null) {
      piece = decodePiece(token);
      if (piece.indexOf(UNKNOWN) >= 0) {
        final String exact = bytes.text(token);
        piece = exact == null ? piece : exact;
      }
      pieces[token] = piece;
    }
    return piece;
  }

  private String decodePiece(final int token) {
    if (anchor >= 0) {
      final String before = decode(new int[] {anchor});
      final String both = decode(new int[] {anchor, token});
      if (both.startsWith(before)) {
        return both.substring(before.length());
      }
    }
    return decode(new int[] {token});
  }

  @Override
  public int beginToken() {
    return files.beginToken();
  }

  @Override
  public int endToken() {
    return files.endToken();
  }

  @Override
  public int vocabularySize() {
    return pieces.length;
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
