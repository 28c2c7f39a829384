package dev.coppice.remote.replica;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Knows the requests of a server that compute a path for the first time, so that others that begin alike
 * wait instead of computing it too.
 *
 * @thread any.
 */
public final class Leaders {
  /** Waiting for fewer tokens costs more than computing them. */
  private static final int WORTH_WAITING = 16;

  private final List<Leader> leaders = new ArrayList<>();

  /**
   * Names a request and when its path is there.
   *
   * @param path that is computed.
   * @param primed completed once others find it.
   */
  public record Leader(int[] path, CompletableFuture<Void> primed) {}

  /**
   * Finds whom a request should wait for, or has it lead.
   *
   * @param path of the request.
   * @param known tokens of it that are there already.
   * @return the leader to wait for; one with this very path if the request leads itself.
   */
  public synchronized Leader join(final int[] path, final int known) {
    Leader best = null;
    int most = known + WORTH_WAITING - 1;
    for (final Leader leader : leaders) {
      final int differs = Arrays.mismatch(leader.path(), path);
      final int common = differs < 0 ? path.length : differs;
      if (common > most) {
        best = leader;
        most = common;
      }
    }
    if (best != null) {
      return best;
    }
    final Leader own = new Leader(path, new CompletableFuture<>());
    leaders.add(own);
    return own;
  }

  /**
   * Ends a lead: whoever waited goes on.
   *
   * @param leader whose path is there, or will not be.
   */
  public synchronized void end(final Leader leader) {
    leaders.remove(leader);
    leader.primed().complete(null);
  }
}
