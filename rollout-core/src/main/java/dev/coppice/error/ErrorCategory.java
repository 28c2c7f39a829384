package dev.coppice.error;

import java.util.Locale;

/** Says who can mend a failure, and thereby what a caller does about it. */
public enum ErrorCategory {
  /** The command line or the call of a method asks for what cannot be. */
  CALL,
  /** The configuration, or what it needs on this machine, is wrong. */
  CONFIGURATION,
  /** A model's files are missing, damaged or of a kind that is not supported. */
  MODEL,
  /** A disk failed, or a file of a run is damaged. */
  STORAGE,
  /** A world, a tool or the data of a task failed. */
  WORLD,
  /** A forward pass failed. */
  BACKEND,
  /** A trainer sent what cannot be taken. */
  TRAINER,
  /** A defect of Coppice. */
  INTERNAL;

  /**
   * Returns the name used in documents and logs.
   *
   * @return the name in lower case.
   */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
