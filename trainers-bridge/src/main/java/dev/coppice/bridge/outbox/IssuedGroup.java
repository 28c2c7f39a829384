package dev.coppice.bridge.outbox;

/**
 * Names a group the engine is to grow.
 *
 * @param group the number of the group, which also keys its draws.
 * @param task the place of its task in the configured set.
 */
public record IssuedGroup(long group, int task) {}
