package dev.coppice.proxy.server;

/**
 * Says where a proxy listens, and to whom.
 *
 * @param address to listen at.
 * @param port to listen at; 0 for any free one.
 * @param token every caller sends as its API key.
 * @param mostBodyBytes of a request.
 * @param mostConnections at a time.
 */
public record ServerSettings(
    String address, int port, String token, long mostBodyBytes, int mostConnections) {
  /** Checks that nobody is let in without a token. */
  public ServerSettings {
    if (token.isEmpty()) {
      throw new IllegalArgumentException("a proxy is never without a token: token=");
    }
  }

  /** Leaves the token out. */
  @Override
  public String toString() {
    return "ServerSettings[address=" + address + ", port=" + port + "]";
  }
}
