package dev.coppice.bridge.journal;

import dev.coppice.error.ErrorCategory;
import dev.coppice.error.ErrorCode;
import java.nio.file.Path;

/** Says that a journal is whole, and of a version this build does not read. */
public final class JournalVersionException extends JournalFormatException {
  private static final long serialVersionUID = 1L;

  private static final ErrorCode CODE = new ErrorCode(ErrorCategory.CALL, "journal-version");

  JournalVersionException(final Path path, final String what, final int found, final int known) {
    super(
        CODE,
        path,
        0,
        "has "
            + what
            + " version "
            + found
            + "; this build reads version "
            + known
            + ": go on with the build that wrote it, or begin a new folder");
  }
}
