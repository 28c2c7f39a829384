package dev.coppice.bridge.disk;

/**
 * Identifies the content of a finished file.
 *
 * @param bytes the size of the file in bytes.
 * @param sha256 of the content, in lower-case hexadecimal.
 */
public record SealedBytes(long bytes, String sha256) {
  /** Checks that the digest has the right length. */
  public SealedBytes {
    if (bytes < 0 || sha256.length() != 64) {
      throw new IllegalArgumentException("seal is broken: bytes=" + bytes + " sha256=" + sha256);
    }
  }
}
