/**
 * Names the rules by which a token shared by several trajectories enters the loss.
 *
 * <p>Read {@link dev.coppice.credit.shared.SharedTokenRule}.
 */
package dev.coppice.credit.shared;
