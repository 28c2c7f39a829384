package dev.coppice.remote.probe;

/**
 * Holds what a probe found.
 *
 * @param name of what was tried.
 * @param ok whether the server does it.
 * @param finding of the probe, for a person.
 * @param mend what would make the server do it; empty where it does.
 * @param needed whether no run goes without it.
 */
public record ProbeCheck(String name, boolean ok, String finding, String mend, boolean needed) {
  /**
   * Copies the check under another name.
   *
   * @param other name.
   * @return a copy.
   */
  public ProbeCheck named(final String other) {
    return new ProbeCheck(other, ok, finding, mend, false);
  }

  static ProbeCheck good(final String name, final String finding) {
    return new ProbeCheck(name, true, finding, "", true);
  }

  static ProbeCheck bad(final String name, final String finding, final String mend) {
    return new ProbeCheck(name, false, finding, mend, true);
  }

  /** Reports a lack that runs can do without. */
  static ProbeCheck lesser(final String name, final String finding, final String mend) {
    return new ProbeCheck(name, false, finding, mend, false);
  }
}
