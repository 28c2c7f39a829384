package dev.coppice.bridge.segment;

import java.nio.file.Path;

/** Says that a file is not a segment this build can read. */
public final class SegmentFormatException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  SegmentFormatException(final Path path, final String fault) {
    super("segment file " + path + " " + fault);
  }

  SegmentFormatException(final Path path, final String fault, final Throwable cause) {
    super("segment file " + path + " " + fault, cause);
  }
}
