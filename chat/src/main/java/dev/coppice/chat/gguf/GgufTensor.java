package dev.coppice.chat.gguf;

import java.util.List;

/**
 * Describes one tensor of a GGUF file.
 *
 * @param name of the tensor.
 * @param type of its numbers.
 * @param shape outermost dimension first, the reverse of the file's.
 * @param begin of its bytes, counted from the begin of the data.
 * @param bytes it takes.
 */
public record GgufTensor(String name, GgufType type, List<Long> shape, long begin, long bytes) {
  /** Keeps a copy. */
  public GgufTensor {
    shape = List.copyOf(shape);
  }

  /**
   * Returns the length of a row.
   *
   * @return the innermost dimension.
   */
  public long columns() {
    return shape.getLast();
  }

  /**
   * Returns what a row takes.
   *
   * @return its bytes.
   */
  public long rowBytes() {
    return columns() / type.blockSize() * type.blockBytes();
  }

  /**
   * Returns the number of rows.
   *
   * @return the product of all dimensions but the innermost.
   */
  public long rows() {
    return bytes / rowBytes();
  }
}
