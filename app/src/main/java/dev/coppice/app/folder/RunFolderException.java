package dev.coppice.app.folder;

/** Says that a folder is not a run folder this build can read, and what to do about it. */
public final class RunFolderException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Keeps what is wrong.
   *
   * @param message for a person; names the file.
   */
  public RunFolderException(final String message) {
    super(message);
  }
}
