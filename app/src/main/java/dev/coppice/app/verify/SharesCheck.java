package dev.coppice.app.verify;

import dev.coppice.app.folder.StoredGroup;
import dev.coppice.bridge.trace.CreditBlock;
import dev.coppice.credit.AdvantageEstimator;
import dev.coppice.credit.SharesInOrder;
import dev.coppice.credit.forest.LearningFormula;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Holds what every group was scored with against what the groups before it told.
 *
 * @thread one.
 */
final class SharesCheck {
  private final List<AdvantageEstimator> estimators;
  private final Map<String, Map<Long, CreditBlock>> blocks = new TreeMap<>();

  SharesCheck(final List<AdvantageEstimator> estimators) {
    this.estimators = estimators;
  }

  void add(final StoredGroup group) {
    for (final CreditBlock block : group.trees().getFirst().trace().credit()) {
      if (block.options().containsKey(LearningFormula.PAIRS)) {
        blocks
            .computeIfAbsent(group.arm() + " " + block.estimator(), key -> new TreeMap<>())
            .put(group.number(), block);
      }
    }
  }

  /** Goes through the groups in the order of their numbers; one that is missing told nothing. */
  void end(final Findings findings) {
    blocks.forEach(
        (what, groups) -> {
          final CreditBlock first = groups.values().iterator().next();
          for (final AdvantageEstimator estimator : estimators) {
            if (estimator.name().equals(first.estimator())) {
              follow(what, estimator, groups, findings);
            }
          }
        });
  }

  private static void follow(
      final String what,
      final AdvantageEstimator estimator,
      final Map<Long, CreditBlock> groups,
      final Findings findings) {
    final CreditBlock any = groups.values().iterator().next();
    final int behind = Integer.parseInt(any.options().get(LearningFormula.BEHIND));
    final String start = estimator.options().get(LearningFormula.SHARES);
    final SharesInOrder shares = new SharesInOrder(estimator, Math.max(1, behind), start);
    long next = 0;
    for (final Map.Entry<Long, CreditBlock> group : groups.entrySet()) {
      while (next < group.getKey()) {
        shares.add(next++, "");
      }
      final Map<String, String> options = group.getValue().options();
      shares.add(next++, options.get(LearningFormula.PAIRS));
      final String learned = shares.before(group.getKey());
      if (!learned.equals(options.get(LearningFormula.SHARES))) {
        findings.add(
            what
                + " group "
                + group.getKey()
                + ": scored with shares "
                + options.get(LearningFormula.SHARES)
                + ", the groups before it told "
                + learned);
      }
    }
  }
}
