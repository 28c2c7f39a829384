package dev.coppice.bridge.disk;

import dev.coppice.error.CoppiceException;
import dev.coppice.error.ErrorCategory;
import dev.coppice.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Says that the disk did not do what was asked, naming the file. */
public sealed class StorageException extends CoppiceException
    permits DiskFullException, PoisonedFileException {
  private static final long serialVersionUID = 1L;

  private static final ErrorCode CODE = new ErrorCode(ErrorCategory.STORAGE, "disk-failed");

  /** Less free space than this beside a failed write means that the disk is full. */
  private static final long FULL_BELOW_BYTES = 64 * 1024;

  /**
   * Makes the exception.
   *
   * @param code of this kind of failure.
   * @param message that names the file and the fix.
   * @param cause from the file system.
   */
  StorageException(final ErrorCode code, final String message, final IOException cause) {
    super(code, message, cause);
  }

  /**
   * Finds the type that fits a failure.
   *
   * @param doing what was tried, for example {@code append to}.
   * @param path of the file.
   * @param cause from the file system.
   * @return a {@link DiskFullException} where space ran out, else a plain one.
   */
  public static StorageException of(final String doing, final Path path, final IOException cause) {
    if (isFull(path, cause)) {
      return new DiskFullException(
          "disk is full: could not "
              + doing
              + " "
              + path
              + "; what was written before is whole: free some space and resume",
          cause);
    }
    return new StorageException(CODE, "could not " + doing + " " + path + ": " + cause, cause);
  }

  /** The text is the C library's and follows the locale, so the free space is asked too. */
  private static boolean isFull(final Path path, final IOException cause) {
    final String text = String.valueOf(cause.getMessage());
    if (text.contains("No space left on device") || text.contains("quota exceeded")) {
      return true;
    }
    try {
      final Path folder = path.toAbsolutePath().getParent();
      return Files.getFileStore(folder).getUsableSpace() < FULL_BELOW_BYTES;
    } catch (final IOException e) {
      return false;
    }
  }
}
