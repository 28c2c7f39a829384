package dev.coppice.worlds.python;

/**
 * Says that this machine cannot run untrusted programs safely, why, and what would fix it.
 *
 * <p>It is an {@link IllegalArgumentException} because a configuration asked for what is not there.
 */
public final class SandboxUnavailableException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  /**
   * Keeps the reason.
   *
   * @param reason that names what is missing and the fix.
   */
  public SandboxUnavailableException(final String reason) {
    super("python: no sandbox, so the world does not start: " + reason);
  }
}
