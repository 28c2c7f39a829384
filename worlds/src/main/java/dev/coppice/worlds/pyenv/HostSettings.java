package dev.coppice.worlds.pyenv;

import java.util.List;
import java.util.Map;

/**
 * Says what a host runs and within which limits.
 *
 * @param environment name, as the host's {@code names.py} reads it.
 * @param config of the environment.
 * @param start how processes are started.
 * @param limits of processes.
 * @param copy how states are copied.
 * @param repeatable whether equal calls in equal states always give equal answers.
 */
record HostSettings(
    String environment,
    Map<String, Object> config,
    Start start,
    Limits limits,
    Copy copy,
    boolean repeatable) {
  /** Says how states are copied, cheapest first. */
  enum Copy {
    /** Not at all: one state serves all. */
    STATELESS,
    /** By pickle, within one process. */
    PICKLE,
    /** By a fork of the process, where that copies everything. */
    FORK,
    /** By taking the path of WRITE calls again. */
    REPLAY
  }

  /**
   * Says how processes are started.
   *
   * @param python interpreter, or empty for the active one.
   * @param sandboxed whether bubblewrap holds them.
   * @param network whether a sandbox reaches the network.
   * @param readable further files and folders a sandbox shows.
   * @param logs whether what they print reaches standard error.
   */
  record Start(
      String python, boolean sandboxed, boolean network, List<String> readable, boolean logs) {
    Start {
      readable = List.copyOf(readable);
    }
  }

  /**
   * Bounds processes.
   *
   * @param processes that one world may have.
   * @param memoryBytes that one world may take beyond what it shares with the zygote; 0 for no bound.
   * @param startTimeoutMs for imports.
   * @param callTimeoutMs for calls; the engine's own deadline is usually shorter.
   * @param scoring bounds of scorings.
   */
  record Limits(
      int processes, long memoryBytes, int startTimeoutMs, int callTimeoutMs, Scoring scoring) {}

  /**
   * Bounds scorings.
   *
   * @param timeoutMs for one of them.
   * @param most at a time; 0 for no bound.
   */
  record Scoring(int timeoutMs, int most) {}
}
