package dev.coppice.bridge.disk;

import dev.coppice.error.ErrorCategory;
import dev.coppice.error.ErrorCode;
import java.io.IOException;

/**
 * Says that a write found no space.
 *
 * <p>Nothing half-written is left: an aside file is deleted, a journal is cut back to its last whole
 * frame. Writing may be tried again once there is space.
 */
public final class DiskFullException extends StorageException {
  private static final long serialVersionUID = 1L;

  private static final ErrorCode CODE = new ErrorCode(ErrorCategory.STORAGE, "disk-full");

  DiskFullException(final String message, final IOException cause) {
    super(CODE, message, cause);
  }
}
