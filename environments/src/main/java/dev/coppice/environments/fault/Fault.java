package dev.coppice.environments.fault;

/** Lists the ways in which a tool breaks. */
public enum Fault {
  /** The tool works. */
  NONE,
  /** The tool throws. */
  THROW,
  /** The tool does not answer until its thread is interrupted. */
  HANG,
  /** The tool answers with 10 MB. */
  FLOOD,
  /** The tool answers with null. */
  NOTHING,
  /** The tool answers with arguments that are no JSON and with half a surrogate pair. */
  NONSENSE
}
