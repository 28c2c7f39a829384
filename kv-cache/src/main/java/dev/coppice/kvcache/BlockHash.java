package dev.coppice.kvcache;

/**
 * Hashes one block of tokens under its parent; equality is always checked on the tokens themselves.
 *
 * <p>A seam for tests: a hash of four bits must change no answer.
 */
@FunctionalInterface
interface BlockHash {
  /** Multiplies in four lanes, so that the multiplications overlap, and folds to 32 bits. */
  BlockHash FAST =
      (key, tokens, offset, length) -> {
        int a = key * 0x9E3779B1 + 0x7F4A7C15;
        int b = 0x85EBCA77;
        int c = 0xC2B2AE3D;
        int d = 0x27D4EB2F;
        final int end = offset + length;
        int i = offset;
        for (; i + 3 < end; i += 4) {
          a = (a ^ tokens[i]) * 0x9E3779B1;
          b = (b ^ tokens[i + 1]) * 0x85EBCA77;
          c = (c ^ tokens[i + 2]) * 0xC2B2AE3D;
          d = (d ^ tokens[i + 3]) * 0x165667B1;
        }
        for (; i < end; i++) {
          a = (a ^ tokens[i]) * 0x9E3779B1;
        }
        int h =
            a ^ Integer.rotateLeft(b, 7) ^ Integer.rotateLeft(c, 13) ^ Integer.rotateLeft(d, 23);
        h = (h ^ (h >>> 15)) * 0x2C1B3C6D;
        return h ^ (h >>> 13);
      };

  /** A hash of {@code tokens[offset .. offset + length)} below the node named by {@code key}. */
  int hash(int key, int[] tokens, int offset, int length);
}
