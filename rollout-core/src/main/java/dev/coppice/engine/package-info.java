/**
 * The engine's shell: the ring, the engine thread, the tool threads and the clock.
 *
 * <pre>
 *  offer --\                        +---------------- engine thread ----------------+
 *           +--&gt; [ ring ] --------&gt; | journal -&gt; Core.step(Event) -&gt; Effects          |--&gt; groups
 *  tools --/        ^               |                 |  ^                           |
 *   ^               |               |            work v  | quotes, draws             |
 *   |               +-- results     |             ModelRunner                        |
 *   +------- calls, deadlines &lt;-----+------------------------------------------------+
 * </pre>
 *
 * <p>Read in this order: {@link dev.coppice.engine.RolloutEngine}, EngineAgent, ToolWorkers, then
 * package {@code dev.coppice.core} for what the engine decides.
 */
package dev.coppice.engine;
