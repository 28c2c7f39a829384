/**
 * Questions that need two passages, over an index of some thousands: BM25 in memory, shared by all
 * branches, scored as HotpotQA scores.
 *
 * <p>Read in this order: {@link dev.coppice.worlds.search.SearchTaskset}, {@link
 * dev.coppice.worlds.search.SearchWorld}, then PassageIndex, HotpotMetric, HotpotFiles.
 */
package dev.coppice.worlds.search;
