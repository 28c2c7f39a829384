package dev.coppice.worlds.sandbox;

import dev.coppice.error.CoppiceException;
import dev.coppice.error.ErrorCategory;
import dev.coppice.error.ErrorCode;

/**
 * Says that this machine cannot run untrusted programs safely, why, and what would fix it.
 */
public final class SandboxUnavailableException extends CoppiceException {
  private static final long serialVersionUID = 1L;

  private static final ErrorCode CODE =
      new ErrorCode(ErrorCategory.CONFIGURATION, "sandbox-unavailable");

  /**
   * Keeps the reason.
   *
   * @param reason that names what is missing and the fix.
   */
  public SandboxUnavailableException(final String reason) {
    super(CODE, "python: no sandbox, so the world does not start: " + reason, null);
  }
}
