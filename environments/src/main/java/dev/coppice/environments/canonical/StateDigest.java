package dev.coppice.environments.canonical;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Digests the state of a world.
 *
 * <p>The first 64 bits of SHA-256 over the UTF-8 bytes of a canonical text: among ten million
 * states the chance of any collision is 3 in a million.
 *
 * @thread stateless, any thread
 */
public final class StateDigest {
  private static final int DIGEST_BYTES = 8;

  private StateDigest() {}

  /**
   * Digests a state.
   *
   * @param canonical text that equal states, and only they, share.
   * @return 16 hexadecimal digits.
   */
  public static String of(final String canonical) {
    try {
      final MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      final byte[] hash = sha256.digest(canonical.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, DIGEST_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
