package dev.coppice.environments.filesystem;

import java.nio.charset.StandardCharsets;

/**
 * Represents a file or a directory; neither ever changes.
 *
 * @thread immutable, any thread
 */
sealed interface Node permits Node.TextFile, Directory {
  /** Returns the number of bytes of all files at or below this node. */
  long bytes();

  /** Writes this node so that equal nodes, and only they, have equal texts. */
  void appendTo(StringBuilder text);

  /** Tells whether both hold the same names and contents, in whatever order. */
  boolean hasSameContents(Node other);

  /**
   * Represents a file.
   *
   * @param content of the file.
   */
  record TextFile(String content) implements Node {
    @Override
    public long bytes() {
      return content.getBytes(StandardCharsets.UTF_8).length;
    }

    @Override
    public void appendTo(final StringBuilder text) {
      text.append('f').append(content.length()).append(':').append(content);
    }

    @Override
    public boolean hasSameContents(final Node other) {
      return equals(other);
    }
  }
}
