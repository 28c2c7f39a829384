package dev.coppice.remote.work;

import dev.coppice.remote.replica.Replica;
import java.io.IOException;

/** Sends every request at once: vLLM shares full blocks even within one scheduler step. */
final class BlockSharing implements PathSharing {
  private final SegmentSender sender;

  BlockSharing(final SegmentSender sender) {
    this.sender = sender;
  }

  @Override
  public Verdict run(final DrawTask task, final Replica replica)
      throws IOException, InterruptedException {
    return sender.send(task, replica, new SegmentSender.Part(task.left(), -1, () -> {}));
  }
}
