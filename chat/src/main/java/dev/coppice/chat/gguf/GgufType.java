package dev.coppice.chat.gguf;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Names the number formats of a GGUF file that are read.
 *
 * @source ggml, the table of types.
 */
public enum GgufType {
  /** IEEE single precision. */
  F32(0, 1, 4),
  /** IEEE half precision. */
  F16(1, 1, 2),
  /** 4 bits and a scale for 32 numbers. */
  Q4_0(2, 32, 18),
  /** 4 bits, a scale and a minimum for 32 numbers. */
  Q4_1(3, 32, 20),
  /** 5 bits and a scale for 32 numbers. */
  Q5_0(6, 32, 22),
  /** 5 bits, a scale and a minimum for 32 numbers. */
  Q5_1(7, 32, 24),
  /** 8 bits and a scale for 32 numbers. */
  Q8_0(8, 32, 34),
  /** 2 bits, sixteen scales and minima for 256 numbers. */
  Q2_K(10, 256, 84),
  /** 3 bits and sixteen scales for 256 numbers. */
  Q3_K(11, 256, 110),
  /** 4 bits, eight scales and minima for 256 numbers. */
  Q4_K(12, 256, 144),
  /** 5 bits, eight scales and minima for 256 numbers. */
  Q5_K(13, 256, 176),
  /** 6 bits and sixteen scales for 256 numbers. */
  Q6_K(14, 256, 210),
  /** 4 bits that choose from a table, and a scale for 32 numbers. */
  IQ4_NL(20, 32, 18),
  /** 4 bits that choose from a table, and eight scales for 256 numbers. */
  IQ4_XS(23, 256, 136),
  /** The upper half of a single. */
  BF16(30, 1, 2);

  /** Formats that exist and are not read, for a message. */
  private static final Map<Integer, String> OTHERS =
      Map.ofEntries(
          Map.entry(9, "Q8_1"),
          Map.entry(15, "Q8_K"),
          Map.entry(16, "IQ2_XXS"),
          Map.entry(17, "IQ2_XS"),
          Map.entry(18, "IQ3_XXS"),
          Map.entry(19, "IQ1_S"),
          Map.entry(21, "IQ3_S"),
          Map.entry(22, "IQ2_S"),
          Map.entry(24, "I8"),
          Map.entry(25, "I16"),
          Map.entry(26, "I32"),
          Map.entry(27, "I64"),
          Map.entry(28, "F64"),
          Map.entry(29, "IQ1_M"),
          Map.entry(34, "TQ1_0"),
          Map.entry(35, "TQ2_0"),
          Map.entry(39, "MXFP4"));

  private final int id;
  private final int blockSize;
  private final int blockBytes;

  GgufType(final int id, final int blockSize, final int blockBytes) {
    this.id = id;
    this.blockSize = blockSize;
    this.blockBytes = blockBytes;
  }

  /**
   * Returns how many numbers are stored together.
   *
   * @return the numbers of a block; a row holds whole blocks.
   */
  public int blockSize() {
    return blockSize;
  }

  /**
   * Returns what a block takes.
   *
   * @return its bytes.
   */
  public int blockBytes() {
    return blockBytes;
  }

  /** Finds a type by its number in the file; null if it is not read. */
  static GgufType of(final long id) {
    for (final GgufType type : values()) {
      if (type.id == id) {
        return type;
      }
    }
    return null;
  }

  static String nameOf(final long id) {
    return OTHERS.getOrDefault((int) Math.min(id, Integer.MAX_VALUE), "number " + id);
  }

  static String known() {
    return Arrays.stream(values()).map(GgufType::name).collect(Collectors.joining(", "));
  }
}
