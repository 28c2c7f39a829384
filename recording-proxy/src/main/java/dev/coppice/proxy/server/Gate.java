package dev.coppice.proxy.server;

import dev.coppice.proxy.talk.RefusedException;
import dev.coppice.proxy.talk.RefusedException.Kind;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Locale;
import java.util.Set;

/**
 * Lets in who has the token and comes by a name of this machine.
 *
 * <p>A page in a browser may have a foreign name resolved to this machine; the host it asks for then
 * is not one of ours.
 *
 * @thread any; immutable.
 */
final class Gate {
  private static final Set<String> LOCAL = Set.of("localhost", "127.0.0.1", "[::1]", "::1");

  private final byte[] token;
  private final String address;

  Gate(final ServerSettings settings) {
    token = settings.token().getBytes(StandardCharsets.UTF_8);
    address = settings.address();
  }

  void requireHost(final String host) {
    final int colon = host.lastIndexOf(':');
    final boolean port = colon > host.lastIndexOf(']') && host.indexOf(':') == colon;
    final boolean bracketed = colon > host.lastIndexOf(']') && host.startsWith("[");
    final String name =
        (port || bracketed ? host.substring(0, colon) : host).toLowerCase(Locale.ROOT);
    if (!LOCAL.contains(name) && !name.equals(address)) {
      throw new RefusedException(
          Kind.FORBIDDEN, null, "this proxy answers to its own address, not to the host " + host);
    }
  }

  /** Checks the key: {@code authorization: Bearer KEY} or {@code x-api-key: KEY}. */
  void requireToken(final String authorization, final String apiKey) {
    final String bearer = "bearer ";
    final String given =
        authorization.toLowerCase(Locale.ROOT).startsWith(bearer)
            ? authorization.substring(bearer.length()).strip()
            : apiKey;
    if (!MessageDigest.isEqual(token, given.getBytes(StandardCharsets.UTF_8))) {
      throw new RefusedException(
          Kind.UNAUTHENTICATED,
          null,
          "the API key is not this proxy's; it printed its own when it started");
    }
  }
}
