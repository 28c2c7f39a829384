package dev.coppice.worlds.python;

/**
 * A program that tries something it may not do, and prints ESCAPED if it could.
 *
 * <p>It may name HOST_FILE, HOST_FOLDER, WRITABLE, ENGINE_PID, TCP_PORT, UDP_PORT and UNIX_SOCKET.
 *
 * @param name of the program.
 * @param control that shows the program would notice.
 * @param code of the program.
 */
record Abuse(String name, Control control, String code) {
  /** Says where the program must print ESCAPED, or FIRED, so that its silence means something. */
  enum Control {
    /** As a plain process of the same user, in a folder made for it. */
    PLAIN,
    /** The same, but only root is let do it; skipped for others. */
    ROOT,
    /** In a sandbox with wider limits. */
    LOOSE,
    /** In the sandbox itself, where it prints FIRED before it tries the forbidden. */
    INSIDE
  }

  static Abuse plain(final String name, final String code) {
    return new Abuse(name, Control.PLAIN, code);
  }

  static Abuse root(final String name, final String code) {
    return new Abuse(name, Control.ROOT, code);
  }

  static Abuse loose(final String name, final String code) {
    return new Abuse(name, Control.LOOSE, code);
  }

  static Abuse inside(final String name, final String code) {
    return new Abuse(name, Control.INSIDE, code);
  }

  @Override
  public String toString() {
    return name;
  }
}
