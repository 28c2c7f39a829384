package dev.coppice.remote.work;

import dev.coppice.remote.replica.Replica;
import java.io.IOException;

/**
 * Has a draw computed so that its server shares what others have of its path.
 *
 * @thread any, one virtual thread per draw.
 */
interface PathSharing {
  /** Asks for what is left of a draw. */
  Verdict run(DrawTask task, Replica replica) throws IOException, InterruptedException;
}
