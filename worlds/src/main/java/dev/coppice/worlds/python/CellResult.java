package dev.coppice.worlds.python;

/**
 * Tells what a cell came to.
 *
 * @param status of the interpreter after it.
 * @param output the cell wrote, the last expression's value included; at most as long as the limit.
 * @param droppedBytes of output behind the limit.
 */
record CellResult(Status status, String output, long droppedBytes) {
  /** Says how a cell ended. */
  enum Status {
    /** It ran to its end. */
    OK,
    /** It raised, and the traceback is part of the output; what it did before has happened. */
    RAISED,
    /** It ran out of time; the interpreter is gone. */
    TIMEOUT,
    /** It wrote without end; the interpreter is gone. */
    FLOODED,
    /** Its processes together held too much memory; the interpreter is gone. */
    MEMORY,
    /** It ended its interpreter. */
    DIED,
    /** There are files that other states could see or have made; nothing that it did counts. */
    MOVED
  }

  CellResult withStatus(final Status other) {
    return new CellResult(other, output, droppedBytes);
  }

  /** Tells whether the interpreter can run another cell. */
  boolean isAlive() {
    return status == Status.OK || status == Status.RAISED;
  }
}
