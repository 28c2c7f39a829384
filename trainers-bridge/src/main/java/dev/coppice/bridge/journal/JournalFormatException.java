package dev.coppice.bridge.journal;

import dev.coppice.error.CoppiceException;
import dev.coppice.error.ErrorCategory;
import dev.coppice.error.ErrorCode;
import java.nio.file.Path;

/** Says that a file is not a journal this build can read, and where it stops being one. */
public class JournalFormatException extends CoppiceException {
  private static final long serialVersionUID = 1L;

  private static final ErrorCode CODE = new ErrorCode(ErrorCategory.STORAGE, "journal-damaged");

  /** The place of the damage in bytes from the start of the file. */
  private final long offset;

  /**
   * Makes the exception.
   *
   * @param path of the file.
   * @param offset of the damage in bytes from the start of the file.
   * @param fault that the message tells, with the fix.
   */
  public JournalFormatException(final Path path, final long offset, final String fault) {
    this(CODE, path, offset, fault);
  }

  JournalFormatException(
      final ErrorCode code, final Path path, final long offset, final String fault) {
    super(code, "journal " + path + " " + fault, null);
    this.offset = offset;
  }

  /**
   * Returns the place of the damage.
   *
   * @return the place in bytes from the start of the file.
   */
  public long offset() {
    return offset;
  }
}
