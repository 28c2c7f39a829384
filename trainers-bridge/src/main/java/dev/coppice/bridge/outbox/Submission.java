package dev.coppice.bridge.outbox;

/**
 * Answers a request for groups.
 *
 * @param first the number of the first group.
 * @param count of groups, numbered in a row.
 * @param repeated whether the same request had been made before.
 */
public record Submission(long first, int count, boolean repeated) {}
