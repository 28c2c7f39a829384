/**
 * The Arrow Flight service a trainer talks to, as docs/BRIDGE.md has it.
 *
 * <p>Actions answer on the caller's thread. A stream has a thread and an allocator of its own, takes
 * groups from the outbox only while its transport is ready, and shows the mapped segment to the
 * transport without copying it: a slow trainer leaves its groups on the disk.
 *
 * <p>Read in this order: {@link dev.coppice.bridge.flight.BridgeServer}, {@link
 * dev.coppice.bridge.flight.RolloutSource}, {@code BridgeActions}, {@code GroupStream}.
 */
package dev.coppice.bridge.flight;
