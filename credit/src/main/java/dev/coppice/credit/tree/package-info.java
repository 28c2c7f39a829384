/**
 * Scores the segments of a tree by the values below them.
 *
 * <p>Read in this order: {@link dev.coppice.credit.tree.SpoTree}, {@link
 * dev.coppice.credit.tree.TreeRl}, {@link dev.coppice.credit.tree.At2po}, {@link
 * dev.coppice.credit.tree.Gigpo}, {@link dev.coppice.credit.tree.VinePpo}, {@link
 * dev.coppice.credit.tree.SpoChain}, {@link dev.coppice.credit.tree.Coppice}.
 */
package dev.coppice.credit.tree;
