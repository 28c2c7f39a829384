package dev.coppice.bridge.disk;

import dev.coppice.error.ErrorCategory;
import dev.coppice.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Says that a file may not be written any more, because the disk broke a promise about it.
 *
 * <p>After a failed fsync the kernel may have dropped the pages, so a second fsync that succeeds
 * proves nothing. What the file held at the last force that succeeded is still good.
 */
public final class PoisonedFileException extends StorageException {
  private static final long serialVersionUID = 1L;

  private static final ErrorCode CODE = new ErrorCode(ErrorCategory.STORAGE, "file-poisoned");

  /**
   * Makes the exception.
   *
   * @param path of the file.
   * @param cause the first failure.
   */
  public PoisonedFileException(final Path path, final IOException cause) {
    super(
        CODE,
        "file is poisoned by a failed write or fsync and takes no more: "
            + path
            + "; check the disk, then resume in a new process ("
            + cause
            + ")",
        cause);
  }
}
