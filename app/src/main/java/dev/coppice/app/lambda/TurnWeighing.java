package dev.coppice.app.lambda;

import dev.coppice.bridge.wire.NodeRow;
import dev.coppice.bridge.wire.PackedGroup;
import dev.coppice.bridge.wire.TokenColumns;
import dev.coppice.bridge.wire.TreeUnpacker;
import dev.coppice.credit.AdvantageEstimator;
import dev.coppice.credit.GroupAdvantages;
import dev.coppice.credit.share.LambdaRule;
import dev.coppice.draw.Division;
import dev.coppice.training.policy.UpdateReport;
import dev.coppice.trajectory.TrajectoryGroup;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;

/**
 * Takes the weights of turns away from a batch where their bias outweighs its noise.
 *
 * <p>Groups arrive scored with {@code lambda=share}. Where the {@link LambdaRule} says 1 they are scored
 * again, from what the wire carries: without contrasts between tool calls.
 *
 * @thread one.
 */
public final class TurnWeighing {
  private static final String LAMBDA = "lambda";
  private static final String SHARE = "share";
  private static final String NONE = "1";

  private final AdvantageEstimator unweighed;
  private LambdaRule rule;

  private TurnWeighing(final AdvantageEstimator unweighed, final LambdaRule rule) {
    this.unweighed = unweighed;
    this.rule = rule;
  }

  /**
   * Begins for the estimator that trains.
   *
   * @param training that scored the groups; one that weighs no turns is left alone.
   * @param rule with what earlier batches told.
   * @return what decides.
   */
  public static TurnWeighing of(final AdvantageEstimator training, final LambdaRule rule) {
    final boolean weighs = SHARE.equals(training.options().get(LAMBDA));
    return new TurnWeighing(
        weighs ? training.with(Map.of(LAMBDA, NONE, "tool", "off")) : null, rule);
  }

  /**
   * Gives a batch the credit the rule asks for.
   *
   * @param groups as they were scored.
   * @param division of a group's draws by its number, which the wire does not tell.
   * @return the same, or all of them scored without weights.
   */
  public List<PackedGroup> apply(
      final List<PackedGroup> groups, final LongFunction<Division> division) {
    if (unweighed == null || rule.weighs()) {
      return groups;
    }
    return groups.stream()
        .map(group -> rescored(group, division.apply(group.leaves().getFirst().group())))
        .toList();
  }

  private PackedGroup rescored(final PackedGroup packed, final Division division) {
    final TrajectoryGroup group = TreeUnpacker.unpack(packed, division);
    final GroupAdvantages advantages = unweighed.estimate(group);
    final Map<Integer, Integer> places = new HashMap<>();
    for (int place = 0; place < group.trees().size(); place++) {
      places.put(group.trees().get(place).tree(), place);
    }
    final List<NodeRow> rows = new ArrayList<>();
    for (final NodeRow row : packed.nodes()) {
      final int tree = places.get(row.origin().tree());
      rows.add(with(row, advantages.nodeAdvantages(tree, row.origin().source())));
    }
    return new PackedGroup(rows, packed.leaves());
  }

  private static NodeRow with(final NodeRow row, final float[] advantages) {
    final TokenColumns old = row.columns();
    final TokenColumns columns =
        new TokenColumns(
            old.tokens(),
            old.logprobs(),
            old.lossMask(),
            advantages,
            old.versionRuns(),
            old.spans(),
            old.kept());
    return new NodeRow(row.place(), row.origin(), row.kind(), columns, row.share(), row.cached());
  }

  /**
   * Learns from the update that a batch made.
   *
   * @param halves of the batch.
   */
  public void learn(final UpdateReport.Halves halves) {
    if (unweighed != null && halves.tell()) {
      rule = rule.after(halves.signal(), halves.noise());
    }
  }

  /**
   * Returns the rule with what was learned so far.
   *
   * @return what a resumed run begins with.
   */
  public LambdaRule rule() {
    return rule;
  }

  /**
   * Says how the next batch is weighed.
   *
   * @return what it uses, and why.
   */
  public Use use() {
    final double noise = rule.noiseOverSignal();
    return new Use(
        unweighed == null ? "" : rule.weighs() ? SHARE : NONE,
        unweighed == null || rule.batches() == 0 || Double.isInfinite(noise) ? null : noise);
  }

  /**
   * Says how the turns of a batch were weighed.
   *
   * @param lambda {@code share} or {@code 1}, empty where the estimator weighs none.
   * @param noise of a batch over its signal, from the batches before; null where nobody knows.
   */
  public record Use(String lambda, Double noise) {}
}
