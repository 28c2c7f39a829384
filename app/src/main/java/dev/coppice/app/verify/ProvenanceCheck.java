package dev.coppice.app.verify;

import dev.coppice.app.folder.StoredTree;
import dev.coppice.episode.Provenance;
import dev.coppice.trajectory.ToolCall;
import dev.coppice.trajectory.TrajectoryTree;

/** Holds where results claim to come from against the mode the run declares. */
final class ProvenanceCheck {
  private ProvenanceCheck() {}

  static void check(final StoredTree stored, final String mode, final Findings findings) {
    final TrajectoryTree tree = stored.trace().tree();
    for (final ToolCall call : tree.calls()) {
      if (!fits(call, mode)) {
        findings.add(
            stored.arm()
                + " "
                + tree.group()
                + " tree "
                + tree.tree()
                + " call "
                + call.id()
                + ": its result claims to be "
                + call.provenance()
                + ", which no result of world.mode = \""
                + mode
                + "\" is");
      }
    }
  }

  private static boolean fits(final ToolCall call, final String mode) {
    final Provenance own =
        switch (mode) {
          case "record", "replay" -> Provenance.RECORDED;
          case "simulate" -> Provenance.SIMULATED;
          case "fault" -> Provenance.FAULT;
          default -> Provenance.REAL;
        };
    if (call.provenance().equals(own.wireName())) {
      return true;
    }
    // The engine itself refuses, gives up and cuts off; where faults are injected the rest is real.
    final boolean isEngines = call.status() != ToolCall.Status.OK || own == Provenance.FAULT;
    return isEngines && call.provenance().equals(Provenance.REAL.wireName());
  }
}
