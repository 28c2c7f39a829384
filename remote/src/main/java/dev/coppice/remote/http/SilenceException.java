package dev.coppice.remote.http;

import java.io.IOException;

/** Says that a server did not answer in time; it may hang, be paused or be lost. */
public final class SilenceException extends IOException {
  private static final long serialVersionUID = 1L;

  /**
   * Keeps what was waited for.
   *
   * @param message for a person.
   */
  public SilenceException(final String message) {
    super(message);
  }
}
