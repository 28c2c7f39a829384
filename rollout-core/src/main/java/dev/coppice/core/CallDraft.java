package dev.coppice.core;

/**
 * Holds an executed call until the tree is finished.
 *
 * @param outcome of the call.
 * @param provenance of the result.
 */
record CallDraft(Event.CallOutcome outcome, String provenance) {}
