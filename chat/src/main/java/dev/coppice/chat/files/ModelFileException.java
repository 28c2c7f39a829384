package dev.coppice.chat.files;

import java.nio.file.Path;

/** Says that a model folder cannot be used, naming the file and what would fix it. */
public final class ModelFileException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Names the file and the defect.
   *
   * @param file that was read.
   * @param defect for a person.
   */
  public ModelFileException(final Path file, final String defect) {
    super(file + ": " + defect);
  }

  /**
   * Names the file and the defect.
   *
   * @param file that was read.
   * @param defect for a person.
   * @param cause of the failure.
   */
  public ModelFileException(final Path file, final String defect, final Throwable cause) {
    super(file + ": " + defect, cause);
  }
}
