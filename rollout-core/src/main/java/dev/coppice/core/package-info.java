/**
 * What the engine decides: a state machine without clock, threads, model or world.
 *
 * <p>Every input is an {@link dev.coppice.core.Event}; every output an {@link
 * dev.coppice.core.Effect}. The same events give the same effects, so a journal replays a run.
 *
 * <pre>
 *   Event                 Core.step                              Effect
 *   GroupOffered  ----&gt;   open trees within the budget   ----&gt;  StartWorld, Sample
 *   Quoted        ----&gt;   pay, or end the branch         ----&gt;  Release
 *   Drawn         ----&gt;   sort, append, fork, parse      ----&gt;  Sample, Fork, Call, Score
 *   CallDone      ----&gt;   append the observation         ----&gt;  Sample
 *   WeightsSwapped ---&gt;   count the version              ----&gt;  UseWeights
 *   Scored        ----&gt;   finish the leaf, tree, group   ----&gt;  CloseWorld, GroupDone
 * </pre>
 *
 * <p>Read in this order: {@link dev.coppice.rollout.EngineConfig}, {@link dev.coppice.core.Event},
 * {@link dev.coppice.core.Core}, Scheduler, Growth, Parts, Groups.
 */
package dev.coppice.core;
