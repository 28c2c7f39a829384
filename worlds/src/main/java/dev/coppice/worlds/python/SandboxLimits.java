package dev.coppice.worlds.python;

/**
 * Limits what the programs of one sandbox may use.
 *
 * <p>The kernel holds every process to {@code memoryBytes} of address space; the engine holds all
 * processes of a sandbox together to as much resident memory, by killing them some milliseconds after
 * they pass it. What they may use in between is at most {@code memoryBytes * processes}. The scratch
 * folders come on top.
 *
 * @param memoryBytes of all processes together, and of the address space of each.
 * @param processes and threads at a time, beside the states of a sandbox.
 * @param fileBytes of the largest file.
 * @param scratchBytes of {@code /tmp}, and again of {@code /dev/shm}.
 * @param outputBytes of a cell that the policy is shown; what follows is counted and dropped.
 * @param cellTimeoutMs that a cell may run, by the clock on the wall.
 */
public record SandboxLimits(
    long memoryBytes,
    int processes,
    long fileBytes,
    long scratchBytes,
    int outputBytes,
    int cellTimeoutMs) {
  /** Limits that suit short programs. */
  public static final SandboxLimits DEFAULT =
      new SandboxLimits(512L << 20, 16, 16L << 20, 32L << 20, 4 << 10, 5_000);

  /** The most states that one sandbox holds beside the first: copies beyond it get a sandbox of their own. */
  static final int MOST_FORKS = 40;

  private static final long MIN_MEMORY_BYTES = 64L << 20;

  /** Checks the ranges. */
  public SandboxLimits {
    if (memoryBytes < MIN_MEMORY_BYTES) {
      throw new IllegalArgumentException(
          "an interpreter needs 64 MiB at least: memoryBytes=" + memoryBytes);
    }
    if (processes < 1 || fileBytes < 1 || scratchBytes < 1 || outputBytes < 1) {
      throw new IllegalArgumentException(
          "every limit must be at least 1: processes="
              + processes
              + " fileBytes="
              + fileBytes
              + " scratchBytes="
              + scratchBytes
              + " outputBytes="
              + outputBytes);
    }
    if (cellTimeoutMs < 1) {
      throw new IllegalArgumentException(
          "a cell needs time to run: cellTimeoutMs=" + cellTimeoutMs);
    }
  }
}
