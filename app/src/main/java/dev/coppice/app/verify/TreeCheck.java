package dev.coppice.app.verify;

import dev.coppice.app.folder.StoredTree;
import dev.coppice.rollout.TreeLedger;
import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.LeafStatus;
import dev.coppice.trajectory.Span;
import dev.coppice.trajectory.ToolCall;
import dev.coppice.trajectory.TrajectoryNode;
import dev.coppice.trajectory.TrajectoryTree;

/** Holds the counts of one tree against its nodes. */
final class TreeCheck {
  private static final double MASS_ERROR = 1e-9;

  private TreeCheck() {}

  static void check(final StoredTree stored, final Findings findings) {
    final TrajectoryTree tree = stored.trace().tree();
    final String place = stored.arm() + " " + tree.group() + " tree " + tree.tree();
    long sampled = 0;
    long given = 0;
    long cached = 0;
    long closing = 0;
    for (final TrajectoryNode node : tree.nodes()) {
      if (node.kind().isSampled()) {
        sampled += node.length();
      } else {
        given += node.length();
        cached += node.cachedTokens();
      }
      closing += !node.kind().isSampled() && tree.leafAt(node.id()) >= 0 ? node.length() : 0;
      checkNode(place, tree, node, findings);
    }
    final TreeLedger ledger = stored.ledger();
    findings.same(place + " sampled tokens", ledger.decodedTokens(), sampled);
    final long computed = ledger.prefilledTokens() + cached - ledger.recomputedTokens();
    // An observation that ends the episode need not have been computed.
    findings.same(place + " given tokens", computed, Math.clamp(computed, given - closing, given));
    findings.same(place + " tool calls", ledger.toolCalls(), tree.calls().size());
    checkLeaves(place, tree, findings);
    for (final ToolCall call : tree.calls()) {
      if (!tree.node(call.node()).kind().isSampled()) {
        findings.add(place + " call " + call.id() + ": its node was not sampled");
      }
    }
  }

  private static void checkNode(
      final String place,
      final TrajectoryTree tree,
      final TrajectoryNode node,
      final Findings findings) {
    final String what = place + " node " + node.id();
    for (final float logprob : node.logprobs()) {
      if (!(logprob <= 1e-4f)) {
        findings.add(what + ": log-probability " + logprob + " is not one");
      }
    }
    for (final Span span : node.spans()) {
      if (span.end() > node.length()) {
        findings.add(what + ": a span ends behind the node: end=" + span.end());
      }
    }
    checkDraws(what, tree, node, findings);
    if (tree.childCount(node.id()) == 0 && tree.leafAt(node.id()) < 0) {
      findings.add(what + ": it ends a path and no leaf says how");
    }
  }

  /** Every draw goes on with the children decided for it, or with one; a limit may cut a fork. */
  private static void checkDraws(
      final String what,
      final TrajectoryTree tree,
      final TrajectoryNode node,
      final Findings findings) {
    long below = 0;
    for (int id = node.id() + 1; id < tree.subtreeEnd(node.id()); id = tree.subtreeEnd(id)) {
      below += tree.node(id).draws();
    }
    final int decided = node.branch() == null ? 1 : node.branch().children();
    final long most = (long) decided * node.draws();
    if (below > most) {
      findings.add(
          what
              + ": it has more children than were decided: draws="
              + node.draws()
              + " children="
              + decided
              + " draws below="
              + below);
    } else if (node.branch() == null && below > 0 && below < most) {
      findings.add(what + ": draws are lost: draws=" + node.draws() + " draws below=" + below);
    }
  }

  private static void checkLeaves(
      final String place, final TrajectoryTree tree, final Findings findings) {
    double mass = 0;
    for (final Leaf leaf : tree.leaves()) {
      mass += tree.pathWeight(leaf.node());
      final boolean isFailure =
          leaf.status() != LeafStatus.COMPLETED && leaf.status() != LeafStatus.TRUNCATED;
      if (isFailure && leaf.isScored()) {
        findings.add(place + " leaf " + leaf.node() + ": a failure has a reward");
      }
      if (tree.childCount(leaf.node()) > 0) {
        findings.add(place + " leaf " + leaf.node() + ": a leaf has children");
      }
    }
    findings.near(place + " path weights", 1, mass, MASS_ERROR);
  }
}
