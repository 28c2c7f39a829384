/**
 * The runner of models behind servers: work becomes requests, answers become draws.
 *
 * <pre>
 *   engine thread    RemoteRunner: quotes, starts, collects      a virtual thread per draw
 *        |                 |                                          |
 *      submit ---------> AskedWork --- start ---------------------> DrawTask: place, send, retry
 *      drawn  &lt;--------- Draws     &lt;-- queue ---------------------- tokens, counts, failure
 * </pre>
 *
 * <p>Read in this order: {@link dev.coppice.remote.work.RemoteRunner}, AskedWork, DrawTask,
 * SegmentSender, then the ways to share a path: BlockSharing, WaitingSharing, SlotSharing.
 */
package dev.coppice.remote.work;
