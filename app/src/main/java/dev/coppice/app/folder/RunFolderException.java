package dev.coppice.app.folder;

import dev.coppice.error.CoppiceException;
import dev.coppice.error.ErrorCategory;
import dev.coppice.error.ErrorCode;

/** Says that a folder is not a run folder this build can read, and what to do about it. */
public final class RunFolderException extends CoppiceException {
  private static final long serialVersionUID = 1L;

  private static final ErrorCode CODE = new ErrorCode(ErrorCategory.CALL, "run-folder-unusable");

  /**
   * Keeps what is wrong.
   *
   * @param message for a person; names the file.
   */
  public RunFolderException(final String message) {
    super(CODE, message, null);
  }

  /** Keeps what is wrong with a file, under the code that whoever reads such files gives it. */
  RunFolderException(final ErrorCode code, final String message, final Throwable cause) {
    super(code, message, cause);
  }
}
