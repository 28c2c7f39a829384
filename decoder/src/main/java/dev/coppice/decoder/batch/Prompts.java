package dev.coppice.decoder.batch;

import dev.coppice.kvcache.PrefixLease;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.agrona.collections.Int2ObjectHashMap;

/**
 * Has the prompt of a group computed once: one tree claims it, the others wait and draw their first
 * tokens from the same logits.
 *
 * @thread the engine thread.
 */
final class Prompts {
  private final BatchState state;
  private final Versions versions;
  private final Int2ObjectHashMap<Prompt> ofGroup = new Int2ObjectHashMap<>();

  private static final class Prompt {
    private final List<Sequence> waiting = new ArrayList<>();
    private Sequence claimer;
    private boolean computed;
    private PrefixLease lease;
    private float[] logits;
  }

  Prompts(final BatchState state, final Versions versions) {
    this.state = state;
    this.versions = versions;
  }

  /** Queues the first sequence of a tree, or has it wait for the one that computes the prompt. */
  void place(final Sequence root) {
    Prompt prompt = ofGroup.get(root.tree.group);
    if (prompt == null) {
      prompt = new Prompt();
      ofGroup.put(root.tree.group, prompt);
    }
    if (prompt.computed) {
      drawFrom(prompt, root);
    } else if (prompt.claimer != null) {
      prompt.waiting.add(root);
    } else {
      prompt.claimer = root;
      state.enqueue(root);
    }
  }

  private void drawFrom(final Prompt prompt, final Sequence root) {
    root.drawOnly = true;
    root.everComputed = root.work.length();
    root.lease = prompt.lease == null ? null : prompt.lease.fork(root.tree.number);
    state.enqueue(root);
  }

  boolean isClaimedBy(final Sequence sequence) {
    final Prompt prompt = ofGroup.get(sequence.tree.group);
    return prompt != null && prompt.claimer == sequence;
  }

  float[] logits(final int group) {
    return ofGroup.get(group).logits;
  }

  /** Keeps the prompt's keys, values and logits for the other trees of the group, and lets them go on. */
  void computed(final Sequence first, final float[] logits) {
    final Prompt prompt = ofGroup.get(first.tree.group);
    prompt.computed = true;
    prompt.claimer = null;
    prompt.logits = logits;
    if (state.session.sharesPrompts()) {
      prompt.lease = first.lease.fork(first.tree.number);
    }
    for (final Sequence waiting : prompt.waiting) {
      drawFrom(prompt, waiting);
    }
    prompt.waiting.clear();
  }

  /** Lets the next tree claim the prompt, where the one that did is gone. */
  void released(final Sequence sequence) {
    final Prompt prompt = ofGroup.get(sequence.tree.group);
    if (prompt == null || prompt.waiting.remove(sequence) || prompt.claimer != sequence) {
      return;
    }
    prompt.claimer = prompt.waiting.isEmpty() ? null : prompt.waiting.removeFirst();
    if (prompt.claimer != null) {
      state.enqueue(prompt.claimer);
    }
  }

  void forget(final int group) {
    final Prompt prompt = ofGroup.remove(group);
    if (prompt != null && prompt.lease != null) {
      prompt.lease.close();
    }
  }

  /** Gives up the kept prompt of one group for want of blocks; false if there is none. */
  boolean dropLease() {
    for (final Prompt prompt : ofGroup.values()) {
      final PrefixLease lease = prompt.lease;
      if (lease != null) {
        prompt.lease = null;
        lease.close();
        return true;
      }
    }
    return false;
  }

  /**
   * Has every group compute its prompt again, with the newest weights. Roots that have drawn nothing
   * come to the newest weights with it; one that has computed part of its prompt under weights it is
   * to end on goes on, but for itself alone.
   */
  void renew() {
    final List<Sequence> roots = new ArrayList<>();
    for (final Sequence sequence : state.sequences.values()) {
      if (sequence.drawOnly || isClaimedBy(sequence) || isWaiting(sequence)) {
        roots.add(sequence);
      }
    }
    // What was computed of a prompt is booked on the tree that did, so that tree computes it again.
    roots.sort(
        Comparator.comparing((Sequence root) -> !begun(root))
            .thenComparingInt(root -> root.branch));
    for (final Prompt prompt : ofGroup.values()) {
      prompt.computed = false;
      prompt.claimer = null;
      prompt.logits = null;
      prompt.waiting.clear();
      if (prompt.lease != null) {
        prompt.lease.close();
        prompt.lease = null;
      }
    }
    roots.forEach(this::renewRoot);
  }

  private boolean isWaiting(final Sequence sequence) {
    final Prompt prompt = ofGroup.get(sequence.tree.group);
    return prompt != null && prompt.waiting.contains(sequence);
  }

  private static boolean begun(final Sequence root) {
    return !root.drawOnly && root.everComputed > 0;
  }

  private void renewRoot(final Sequence root) {
    final boolean begun = begun(root);
    if (begun && root.tree.version() != versions.newest()) {
      return;
    }
    if (!begun) {
      root.everComputed = 0;
    }
    root.drawOnly = false;
    root.closeLease();
    versions.move(root.tree);
    state.dequeue(root);
    place(root);
  }
}
