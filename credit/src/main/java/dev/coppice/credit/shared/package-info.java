/**
 * Says what a token shared by several trajectories weighs in the loss.
 *
 * <p>Read in this order: {@link dev.coppice.credit.shared.SharedTokenRule}, {@link
 * dev.coppice.credit.shared.SharedTokens}.
 */
package dev.coppice.credit.shared;
