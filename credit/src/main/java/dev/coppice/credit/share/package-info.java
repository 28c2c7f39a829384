/**
 * Weighs every turn by the share of the reward's variance it decides, learned from group to group.
 *
 * <p>Read in this order: {@link dev.coppice.credit.share.TurnShare}, {@link
 * dev.coppice.credit.share.TurnVariances}, {@link dev.coppice.credit.share.PairVariances}, {@link
 * dev.coppice.credit.share.TurnBaselines}.
 */
package dev.coppice.credit.share;
