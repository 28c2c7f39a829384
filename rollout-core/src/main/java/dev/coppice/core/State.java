package dev.coppice.core;

import dev.coppice.episode.ActionParser;
import dev.coppice.episode.Dialect;
import dev.coppice.episode.Sharing;
import dev.coppice.episode.TurnRules;
import dev.coppice.model.ModelRunner;
import dev.coppice.model.Tokenizer;
import dev.coppice.model.Work;
import dev.coppice.rollout.EngineConfig;
import dev.coppice.scheduling.BranchingPolicy;
import dev.coppice.scheduling.BudgetLease;
import dev.coppice.trajectory.SamplingSettings.LogitRules;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.agrona.collections.Int2ObjectHashMap;

/**
 * Holds everything the core knows; {@link Core} owns it, and its machines alone change it.
 *
 * @thread the engine thread.
 */
public final class State {
  private static final int TOKENS_OF_AN_END = 32;

  final EngineConfig config;
  final World world;
  final Work.Terms terms;
  final int[] forced;
  final int contextTokens;
  final int mostWork;
  final BudgetLease budget;
  final CoreCounters counters = new CoreCounters();
  final Int2ObjectHashMap<Branch> branches = new Int2ObjectHashMap<>();
  int nextBranch;
  int nextTree;
  int policyVersion;

  /** Pieces of work the model has and has not answered. */
  int inFlight;

  /**
   * Names what the core must know of the model and the tasks.
   *
   * @param policy that decides on children.
   * @param tokenizer whose pieces the parser reads.
   * @param dialect of the environment.
   * @param sharing says which of its answers all samples of a path share.
   * @param traits of the model's runner.
   */
  public record World(
      BranchingPolicy policy,
      Tokenizer tokenizer,
      Dialect dialect,
      Sharing sharing,
      ModelRunner.Traits traits) {

    /**
     * Names a world whose answers all samples of a path share.
     *
     * @param policy that decides on children.
     * @param tokenizer whose pieces the parser reads.
     * @param dialect of the environment.
     * @param traits of the model's runner.
     */
    public World(
        final BranchingPolicy policy,
        final Tokenizer tokenizer,
        final Dialect dialect,
        final ModelRunner.Traits traits) {
      this(policy, tokenizer, dialect, Sharing.EVERYTHING, traits);
    }
  }

  State(final EngineConfig config, final World world) {
    requireFit(config, world.policy());
    requireTokens(config.sampling().rules(), world.tokenizer());
    this.config = config;
    this.world = world;
    final TurnRules turns = config.limits().turns();
    this.terms =
        new Work.Terms(
            config.sampling(), stops(world, turns), config.limits().keepsIds(), config.drawRule());
    final boolean bounded = turns.thinking().tokens() > 0;
    this.forced = bounded ? world.tokenizer().encode(turns.thinking().forced()) : new int[0];
    this.contextTokens = world.traits().contextTokens();
    this.mostWork = world.traits().mostWork();
    this.budget = BudgetLease.root(config.budget().computedTokens());
    this.policyVersion = config.weights().firstVersion();
  }

  private static void requireFit(final EngineConfig config, final BranchingPolicy policy) {
    if (config.coalescing().enabled() && !policy.looksAtPathAlone()) {
      throw new IllegalArgumentException(
          "the policy may decide differently for samples of one path, so they cannot share it:"
              + " policy="
              + policy.name()
              + "; set tree.coalesce = false, or choose chain, fixed or entropy");
    }
  }

  private static void requireTokens(final LogitRules rules, final Tokenizer tokenizer) {
    for (final int token : rules.bias().keySet()) {
      if (token >= tokenizer.vocabularySize()) {
        throw new IllegalArgumentException(
            "sampling.logit-bias names no token: token="
                + token
                + " vocabulary="
                + tokenizer.vocabularySize());
      }
    }
  }

  /** Makes the parser of a path. */
  ActionParser parser() {
    return new ActionParser(
        world.dialect(), config.limits().turns(), config.sampling().rules().minNewTokens());
  }

  /** Writes out the end of what a model is given, where it may leave it thinking. */
  String endOf(final int[] given) {
    if (!config.limits().turns().thinking().isKnown()) {
      return "";
    }
    final int from = Math.max(0, given.length - TOKENS_OF_AN_END);
    return world.tokenizer().decode(Arrays.copyOfRange(given, from, given.length));
  }

  private static Work.Stops stops(final World world, final TurnRules turns) {
    final List<String> texts = new ArrayList<>(turns.stops().texts());
    for (final String mark :
        new String[] {world.dialect().callClose(), world.dialect().answerClose()}) {
      if (!mark.isEmpty()) {
        texts.add(mark);
      }
    }
    return new Work.Stops(world.tokenizer().endTokens(), texts);
  }

  void checkIntegrity(final int waiting) {
    int sampling = 0;
    for (final Branch branch : branches.values()) {
      sampling += branch.wait == Branch.Wait.SAMPLING ? 1 : 0;
    }
    if (sampling != inFlight + waiting) {
      throw new IllegalStateException(
          "work does not add up: branches="
              + sampling
              + " inFlight="
              + inFlight
              + " waiting="
              + waiting);
    }
    final long computed = counters.prefilled + counters.decoded + counters.discarded;
    if (branches.isEmpty() && counters.groupsRestored == 0 && budget.spent() != computed) {
      throw new IllegalStateException(
          "paid tokens are not computed tokens: paid=" + budget.spent() + " computed=" + computed);
    }
  }
}
