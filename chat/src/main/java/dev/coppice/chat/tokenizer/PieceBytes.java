package dev.coppice.chat.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Returns the bytes of tokens that are parts of characters: those of byte-level vocabularies, and the
 * {@code <0xE2>} of byte fallback.
 *
 * @thread any; immutable.
 */
final class PieceBytes {
  private static final int ESCAPE = 0xDC00;

  private final String[] names;
  private final boolean byteLevel;
  private final byte[] byteOf = new byte[512];

  private PieceBytes(final String[] names, final boolean byteLevel) {
    this.names = names;
    this.byteLevel = byteLevel;
    int next = 256;
    for (int b = 0; b < 256; b++) {
      final boolean shown = b >= '!' && b <= '~' || b >= 0xa1 && b <= 0xac || b >= 0xae;
      byteOf[shown ? b : next++] = (byte) b;
    }
  }

  /** Takes the vocabulary of a parsed {@code tokenizer.json}. */
  static PieceBytes of(final JsonNode root, final int vocabularySize) {
    final String[] names = new String[vocabularySize];
    final JsonNode vocabulary = root.path("model").path("vocab");
    if (vocabulary.isObject()) {
      vocabulary.properties().forEach(e -> names[e.getValue().asInt()] = e.getKey());
    } else {
      for (int i = 0; i < vocabulary.size(); i++) {
        names[i] = vocabulary.get(i).path(0).asText();
      }
    }
    return new PieceBytes(names, root.path("decoder").toString().contains("\"ByteLevel\""));
  }

  /**
   * Writes a token's text with its split characters as single bytes.
   *
   * @param token id.
   * @return the text, a byte {@code b} of an incomplete character as {@code 0xDC00 + b}; null if the
   *     vocabulary does not tell the bytes.
   */
  public String text(final int token) {
    final byte[] bytes = bytes(names[token]);
    if (bytes == null) {
      return null;
    }
    final StringBuilder text = new StringBuilder();
    final ByteBuffer in = ByteBuffer.wrap(bytes);
    final CharBuffer out = CharBuffer.allocate(bytes.length);
    final var decoder = StandardCharsets.UTF_8.newDecoder();
    while (in.hasRemaining()) {
      decoder.reset().decode(in, out, true);
      text.append(out.flip());
      out.clear();
      if (in.hasRemaining()) {
        text.append((char) (ESCAPE + (in.get() & 0xff)));
      }
    }
    return text.toString();
  }

  private byte[] bytes(final String name) {
    if (name == null) {
      return null;
    }
    if (name.matches("<0x[0-9A-F]{2}>")) {
      return new byte[] {(byte) Integer.parseInt(name.substring(3, 5), 16)};
    }
    if (!byteLevel) {
      return null;
    }
    final byte[] bytes = new byte[name.length()];
    for (int i = 0; i < bytes.length; i++) {
      if (name.charAt(i) >= byteOf.length) {
        return null;
      }
      bytes[i] = byteOf[name.charAt(i)];
    }
    return bytes;
  }
}
