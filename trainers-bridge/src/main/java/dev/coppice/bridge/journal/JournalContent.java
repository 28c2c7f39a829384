package dev.coppice.bridge.journal;

/**
 * Names what the frames of a journal hold and the version of its layout; both stand in the header.
 *
 * @param name of the content, 1 to 8 letters from A to Z.
 * @param version of the layout of its frames, 1 or more; another layout is another version.
 */
public record JournalContent(String name, int version) {
  static final int MAX_NAME_BYTES = 8;

  /** Checks name and version. */
  public JournalContent {
    if (!name.matches("[A-Z]{1," + MAX_NAME_BYTES + "}")) {
      throw new IllegalArgumentException(
          "a journal's content is named by 1 to 8 letters from A to Z: name=" + name);
    }
    if (version < 1) {
      throw new IllegalArgumentException("versions begin with 1: version=" + version);
    }
  }
}
