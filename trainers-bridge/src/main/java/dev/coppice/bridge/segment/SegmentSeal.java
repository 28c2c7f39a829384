package dev.coppice.bridge.segment;

import dev.coppice.bridge.disk.SealedBytes;
import java.util.List;

/**
 * Identifies a segment that is durable and will never change.
 *
 * @param name of the segment, for example {@code seg-000001}.
 * @param groups the number of groups in it.
 * @param files of the segment in the order they were written.
 */
public record SegmentSeal(String name, int groups, List<SealedFile> files) {
  /** Copies the list. */
  public SegmentSeal {
    files = List.copyOf(files);
  }

  /**
   * Returns the number in the name; numbers count up and are never used twice.
   *
   * @return the number, from 1.
   */
  public int number() {
    return Integer.parseInt(name.substring(name.indexOf('-') + 1));
  }

  /**
   * Adds up the sizes of the files.
   *
   * @return the size of the segment in bytes.
   */
  public long bytes() {
    long bytes = 0;
    for (final SealedFile file : files) {
      bytes += file.content().bytes();
    }
    return bytes;
  }

  /**
   * Identifies one file of a segment.
   *
   * @param file the name of the file in its folder.
   * @param content size and digest of the file.
   */
  public record SealedFile(String file, SealedBytes content) {}
}
