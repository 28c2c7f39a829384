package dev.coppice.chat.files;

import dev.coppice.error.CoppiceException;
import dev.coppice.error.ErrorCategory;
import dev.coppice.error.ErrorCode;
import java.nio.file.Path;

/** Says that a model folder cannot be used, naming the file and what would fix it. */
public final class ModelFileException extends CoppiceException {
  private static final long serialVersionUID = 1L;

  private static final ErrorCode CODE = new ErrorCode(ErrorCategory.MODEL, "model-file-unusable");

  /**
   * Names the file and the defect.
   *
   * @param file that was read.
   * @param defect for a person.
   */
  public ModelFileException(final Path file, final String defect) {
    super(CODE, file + ": " + defect, null);
  }

  /**
   * Names the file and the defect.
   *
   * @param file that was read.
   * @param defect for a person.
   * @param cause of the failure.
   */
  public ModelFileException(final Path file, final String defect, final Throwable cause) {
    super(CODE, file + ": " + defect, cause);
  }
}
