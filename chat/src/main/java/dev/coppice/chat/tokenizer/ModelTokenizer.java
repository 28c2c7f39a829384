package dev.coppice.chat.tokenizer;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import dev.coppice.chat.documents.ModelDocuments;
import dev.coppice.chat.files.ModelFileException;
import dev.coppice.model.Tokenizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Encodes and decodes by a model's {@code tokenizer.json}, or what a GGUF file holds of it.
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
  private final BitSet ends = new BitSet();
  private final int anchor;
  private final GuardedText guarded;

  private ModelTokenizer(
      final HuggingFaceTokenizer tokenizer,
      final TokenizerFiles files,
      final PieceBytes bytes,
      final GuardedText guarded) {
    this.tokenizer = tokenizer;
    this.guarded = guarded;
    this.files = files;
    this.bytes = bytes;
    pieces = new String[files.vocabularySize()];
    files.endTokens().forEach(ends::set);
    anchor = findAnchor();
  }

  /**
   * Loads the tokenizer of a model.
   *
   * @param model folder, or GGUF file.
   * @return the tokenizer.
   * @throws ModelFileException if {@code tokenizer.json} is missing or defective, or the GGUF file's
   *     tokenizer is not supported.
   */
  public static ModelTokenizer open(final Path model) {
    final ModelDocuments documents = ModelDocuments.of(model);
    final JsonNode root = documents.read(TokenizerFiles.NAME);
    final TokenizerFiles files = TokenizerFiles.of(documents, root);
    final Path file = documents.place(TokenizerFiles.NAME);
    try (var stream = new ByteArrayInputStream(documents.bytes(TokenizerFiles.NAME))) {
      final PieceBytes bytes = PieceBytes.of(root, files.vocabularySize());
      final HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.newInstance(stream, OPTIONS);
      final GuardedText guarded =
          GuardedText.of(
              root,
              tokenizer,
              ModelTokenizer::opened,
              () -> ModelDocuments.of(model).read(TokenizerFiles.NAME));
      return new ModelTokenizer(tokenizer, files, bytes, guarded);
    } catch (IOException | RuntimeException e) {
      throw new ModelFileException(file, "is not a usable tokenizer: " + e.getMessage(), e);
    }
  }

  private static HuggingFaceTokenizer opened(final byte[] json) {
    try {
      return HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(json), OPTIONS);
    } catch (final IOException e) {
      throw new UncheckedIOException("a tokenizer without special tokens cannot be opened", e);
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

  /** Special tokens that {@link #guard} marked are encoded as the text they are spelt with. */
  @Override
  public int[] encode(final String text) {
    return guarded == null || text.indexOf(GuardedText.MARK) < 0
        ? encoded(tokenizer, text)
        : guarded.encode(text);
  }

  @Override
  public String guard(final String text) {
    return guarded == null ? text : guarded.mark(text);
  }

  static int[] encoded(final HuggingFaceTokenizer tokenizer, final String text) {
    final long[] ids = tokenizer.encode(text, false, false).getIds();
    final int[] tokens = new int[ids.length];
    for (int i = 0; i < ids.length; i++) {
      tokens[i] = Math.toIntExact(ids[i]);
    }
    return tokens;
  }

  @Override
  public int[] encodePrompt(final String text) {
    if (!text.startsWith(BEGIN) || encode(BEGIN).length == 1) {
      return encode(text);
    }
    final int[] rest = encode(text.substring(BEGIN.length()));
    return beginToken() < 0
        ? rest
        : IntStream.concat(IntStream.of(beginToken()), IntStream.of(rest)).toArray();
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
    return files.endTokens().isEmpty() ? -1 : files.endTokens().getFirst();
  }

  @Override
  public List<Integer> endTokens() {
    return files.endTokens();
  }

  @Override
  public boolean isEnd(final int token) {
    return ends.get(token);
  }

  @Override
  public int vocabularySize() {
    return pieces.length;
  }

  @Override
  public List<Integer> holes() {
    return files.holes();
  }

  @Override
  public void close() {
    if (guarded != null) {
      guarded.close();
    }
    tokenizer.close();
  }
}
