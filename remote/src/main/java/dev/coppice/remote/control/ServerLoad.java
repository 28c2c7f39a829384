package dev.coppice.remote.control;

/**
 * Says how busy a server is and what it has counted since it started.
 *
 * @param waiting requests that wait.
 * @param running requests that are computed.
 * @param computedPrompt tokens of prompts it computed; -1 where it does not tell.
 * @param generated tokens it sampled; -1 where it does not tell.
 * @param preemptions of running requests, whose tokens it computed again without counting them; -1
 *     where it does not tell.
 */
public record ServerLoad(
    long waiting, long running, long computedPrompt, long generated, long preemptions) {
  /** Stands for a server that tells nothing. */
  public static final ServerLoad UNTOLD = new ServerLoad(0, 0, -1, -1, -1);
}
