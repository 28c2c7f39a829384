package dev.coppice.bridge.outbox;

/**
 * Names a group of a sealed segment.
 *
 * @param group the number of the group.
 * @param oldestVersion the weights its oldest sampled token came from.
 */
public record SealedGroup(long group, int oldestVersion) {}
