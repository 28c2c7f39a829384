/**
 * Keeps what agents did as tokens, and makes trees of it.
 *
 * <pre>
 *   events ---&gt; log (before anything is told)         group is whole
 *     |                                                    |
 *     +-------&gt; Recording: rollouts, turns ---&gt; TreeMaker ---&gt; GroupResult
 * </pre>
 *
 * <p>The state is a function of the events, so a log that a killed process left gives it back. Read
 * in this order: {@link dev.coppice.proxy.recorded.RecordEvent}, {@link
 * dev.coppice.proxy.recorded.Recording}, {@link dev.coppice.proxy.recorded.TreeMaker}.
 */
package dev.coppice.proxy.recorded;
