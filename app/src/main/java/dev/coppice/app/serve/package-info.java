/**
 * Serves rollouts to a trainer in a process of its own.
 *
 * <pre>
 *   trainer --submit--> Outbox --IssueLoop--> RolloutEngine --GroupSealer--> segment --> Outbox --> trainer
 *                       (bridge.log)          (engine thread)  (own thread)                (streams)
 * </pre>
 *
 * <p>Read in this order: {@link dev.coppice.app.serve.ServeJob}, {@code IssueLoop}, {@code
 * GroupSealer}, {@code EngineActions}, {@code WeightsFolder}.
 */
package dev.coppice.app.serve;
