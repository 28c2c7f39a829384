package dev.coppice.remote.control;

import java.io.IOException;

/** Says that a server answered a request with an error. */
public final class ServerRefusal extends IOException {
  private static final long serialVersionUID = 1L;

  private final int status;

  /**
   * Keeps what the server said.
   *
   * @param status of the answer.
   * @param message of the server.
   */
  public ServerRefusal(final int status, final String message) {
    super("status " + status + ": " + message);
    this.status = status;
  }

  /**
   * Returns the status.
   *
   * @return the HTTP status.
   */
  public int status() {
    return status;
  }
}
