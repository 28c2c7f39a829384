/**
 * What the engine decides: a state machine without clock, threads, model or world.
 *
 * <p>Every input is an {@link dev.coppice.core.Event}; every output an {@link
 * dev.coppice.core.Effect}. The same events give the same effects, so a journal replays a run.
 *
 * <pre>
 *   Event                 Core.step                            Effect
 *   GroupOffered  ----&gt;   open trees, lease the prompt   ----&gt;  StartWorld
 *   Tick          ----&gt;   plan a batch within budgets    ----&gt;  Forward
 *   BatchDone     ----&gt;   append tokens, fork, parse     ----&gt;  Call, Score, ForkWorld
 *   CallDone      ----&gt;   append the observation
 *   WeightsSwapped ---&gt;   keep or move the trees         ----&gt;  UseWeights, RetireWeights
 *   Scored        ----&gt;   finish the leaf, tree, group   ----&gt;  GroupDone
 * </pre>
 *
 * <p>Read in this order: {@link dev.coppice.rollout.EngineConfig}, {@link dev.coppice.core.Event},
 * {@link dev.coppice.core.Core}, BatchPlanner, Growth, GroupBook,
 * VersionBook.
 */
package dev.coppice.core;
