package dev.coppice.bridge.segment;

import dev.coppice.error.CoppiceException;
import dev.coppice.error.ErrorCategory;
import dev.coppice.error.ErrorCode;
import java.nio.file.Path;

/** Says that a file is not a segment this build can read. */
public final class SegmentFormatException extends CoppiceException {
  private static final long serialVersionUID = 1L;

  private static final ErrorCode CODE = new ErrorCode(ErrorCategory.STORAGE, "segment-damaged");

  SegmentFormatException(final Path path, final String fault) {
    super(CODE, "segment file " + path + " " + fault, null);
  }

  SegmentFormatException(final Path path, final String fault, final Throwable cause) {
    super(CODE, "segment file " + path + " " + fault, cause);
  }
}
