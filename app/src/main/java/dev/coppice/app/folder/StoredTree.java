package dev.coppice.app.folder;

import dev.coppice.bridge.trace.Trace;
import dev.coppice.rollout.TreeLedger;
import java.util.Objects;

/**
 * Holds one line of {@code traces.jsonl}: a tree, its credit and what it cost.
 *
 * @param arm of the run the tree belongs to.
 * @param groupTrees the number of trees of its group; without all of them a group is torn.
 * @param trace of the tree.
 * @param ledger of the tree.
 */
public record StoredTree(String arm, int groupTrees, Trace trace, TreeLedger ledger) {
  /** Checks that nothing is missing. */
  public StoredTree {
    Objects.requireNonNull(arm, "arm is null");
    Objects.requireNonNull(trace, "trace is null");
    Objects.requireNonNull(ledger, "ledger is null");
  }
}
