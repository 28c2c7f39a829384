package dev.coppice.bridge.flight;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Objects;

/**
 * Says where the service listens, what it allows and whom it lets in.
 *
 * @param address to listen at; other than loopback only with TLS and a token.
 * @param port to listen at; 0 for any free one.
 * @param maxMessageBytes the largest request taken and about the largest message sent.
 * @param maxStreams at a time.
 * @param access that callers have.
 */
public record BridgeSettings(
    String address, int port, int maxMessageBytes, int maxStreams, Access access) {
  /**
   * Says how callers prove who they are, and the service who it is.
   *
   * @param tlsCertificate path of a PEM file, or an empty string.
   * @param tlsKey path of a PEM file, or an empty string.
   * @param token a caller must show, or an empty string.
   */
  public record Access(String tlsCertificate, String tlsKey, String token) {
    /** Plain text, for anybody on this machine. */
    public static final Access OPEN = new Access("", "", "");

    /** Refuses half a certificate. */
    public Access {
      if (tlsCertificate.isEmpty() != tlsKey.isEmpty()) {
        throw new IllegalArgumentException(
            "bridge.tls-certificate and bridge.tls-key go together: set both or none");
      }
    }

    /** Leaves the token out. */
    @Override
    public String toString() {
      return "Access[tlsCertificate=" + tlsCertificate + "]";
    }
  }

  /** Refuses an open door. */
  public BridgeSettings {
    Objects.requireNonNull(address, "address is null");
    if (maxMessageBytes < 1 || maxStreams < 1 || port < 0 || port > 65_535) {
      throw new IllegalArgumentException(
          "bridge limits are out of range: maxMessageBytes="
              + maxMessageBytes
              + " maxStreams="
              + maxStreams
              + " port="
              + port);
    }
    if (!isLoopback(address) && (access.tlsCertificate().isEmpty() || access.token().isEmpty())) {
      throw new IllegalArgumentException(
          "bridge.address = \""
              + address
              + "\" is reachable from other machines: set bridge.tls-certificate, bridge.tls-key and"
              + " bridge.token, or listen at 127.0.0.1");
    }
  }

  /** Returns whether an address reaches no other machine. */
  static boolean isLoopback(final String address) {
    try {
      return InetAddress.getByName(address).isLoopbackAddress();
    } catch (final UnknownHostException e) {
      throw new IllegalArgumentException(
          "bridge.address names no address of this machine: " + address, e);
    }
  }

  /**
   * Returns whether the transport is encrypted.
   *
   * @return true with a certificate.
   */
  public boolean isTls() {
    return !access.tlsCertificate().isEmpty();
  }

  /** Leaves the token out. */
  @Override
  public String toString() {
    return "BridgeSettings[address=" + address + ", port=" + port + ", tls=" + isTls() + "]";
  }
}
