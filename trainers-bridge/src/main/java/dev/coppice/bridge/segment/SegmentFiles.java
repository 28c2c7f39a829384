package dev.coppice.bridge.segment;

import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Names the files of a segment. */
final class SegmentFiles {
  private static final Pattern FILE = Pattern.compile("seg-(\\d{1,9})\\.[a-z]+\\.arrow");

  private SegmentFiles() {}

  static String name(final int number) {
    return String.format(Locale.ROOT, "seg-%06d", number);
  }

  static String nodes(final String name) {
    return name + ".nodes.arrow";
  }

  static String leaves(final String name) {
    return name + ".leaves.arrow";
  }

  static boolean isLeaves(final String file) {
    return file.endsWith(".leaves.arrow");
  }

  static String flat(final String name) {
    return name + ".flat.arrow";
  }

  /** Returns the number in a file's name, or 0 where it is not a segment's. */
  static int number(final Path file) {
    final Matcher matcher = FILE.matcher(file.getFileName().toString());
    return matcher.matches() ? Integer.parseInt(matcher.group(1)) : 0;
  }
}
