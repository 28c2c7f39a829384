/**
 * The engine: one thread owns trees, scheduler, prefix cache and budget.
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
 * <p>Read in this order: {@link dev.coppice.engine.RolloutEngine}, {@link
 * dev.coppice.engine.EngineConfig}, {@link dev.coppice.engine.GroupListener}, then Core.
 */
package dev.coppice.engine;
