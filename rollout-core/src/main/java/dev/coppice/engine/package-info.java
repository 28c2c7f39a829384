/**
 * The engine's shell: the ring, the engine thread, the tool threads and the clock.
 *
 * <pre>
 *  offer --\                        +--------------- engine thread ----------------+
 *           +--> [ ring ] --------> | journal -> Core.step(State, Event) -> Effects |--> groups
 *  tools --/        ^               |                 |  ^                          |
 *   ^               |               |    forward batch v  | draws                   |
 *   |               +-- results     |          InferenceBackend + Sampler           |
 *   +------- calls, deadlines <-----+----------------------------------------------+
 * </pre>
 *
 * <p>Read in this order: {@link dev.coppice.engine.RolloutEngine}, EngineAgent, ToolWorkers, then
 * package {@code dev.coppice.core} for what the engine decides.
 */
package dev.coppice.engine;
