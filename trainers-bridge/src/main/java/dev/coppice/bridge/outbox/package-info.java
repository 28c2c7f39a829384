/**
 * A group's life between the engine and a trainer, durable in {@code bridge.log}.
 *
 * <pre>
 *   queued -> in flight -> sealed -> offered -> acknowledged
 *                 |           |         |
 *                 +-----------+---------+----> dropped(reason), quarantined(reason)
 * </pre>
 *
 * <p>Read in this order: {@link dev.coppice.bridge.outbox.Outbox}, {@code OutboxState} for the
 * transitions, {@code OutboxRecord} and {@code OutboxDescriptor} for the journal.
 */
package dev.coppice.bridge.outbox;
