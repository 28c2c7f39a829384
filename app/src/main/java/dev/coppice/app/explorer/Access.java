package dev.coppice.app.explorer;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Set;

/**
 * Decides who may read run folders over HTTP.
 *
 * <p>Without a token the server listens on this machine alone, and only under its own names: a page
 * elsewhere that lets its name point here (DNS rebinding) sends its own name as {@code Host}. With a
 * token, any name will do, and whoever has the token may read.
 *
 * @param token asked for, or empty where only this machine can ask.
 * @thread any; immutable.
 */
record Access(String token) {
  /** The cookie a browser keeps the token in. */
  static final String COOKIE = "coppice-explorer";

  private static final Set<String> OWN_NAMES = Set.of("127.0.0.1", "localhost", "[::1]");
  private static final int TOKEN_BYTES = 16;

  /** Says what becomes of a request. */
  enum Verdict {
    ALLOWED,
    WRONG_NAME,
    NO_TOKEN
  }

  /** Makes the access for an address, with a token where others can reach it. */
  static Access of(final String host, final String given) {
    if (!given.isEmpty()) {
      return new Access(given);
    }
    return isOwn(host) ? new Access("") : new Access(drawn());
  }

  private static boolean isOwn(final String host) {
    return OWN_NAMES.contains(host) || host.equals("::1");
  }

  private static String drawn() {
    final byte[] bytes = new byte[TOKEN_BYTES];
    new SecureRandom().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  /**
   * Judges a request.
   *
   * @param hostHeader as sent, or empty.
   * @param shownToken from the cookie, the address or the authorization, or empty.
   */
  Verdict judge(final String hostHeader, final String shownToken) {
    if (token.isEmpty()) {
      return OWN_NAMES.contains(name(hostHeader)) ? Verdict.ALLOWED : Verdict.WRONG_NAME;
    }
    final boolean same =
        MessageDigest.isEqual(
            token.getBytes(StandardCharsets.UTF_8), shownToken.getBytes(StandardCharsets.UTF_8));
    return same ? Verdict.ALLOWED : Verdict.NO_TOKEN;
  }

  private static String name(final String hostHeader) {
    final String host = hostHeader.toLowerCase(Locale.ROOT);
    final int colon = host.lastIndexOf(':');
    return colon > host.lastIndexOf(']') ? host.substring(0, colon) : host;
  }
}
