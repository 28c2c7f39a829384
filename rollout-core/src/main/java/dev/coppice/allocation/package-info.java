/**
 * Decides how many trees a group gets: how the budget is put on prompts.
 *
 * <p>What counts is mass, {@code sum over groups of k (n - k) / n} for k solved of n draws, per
 * computed token: the amount of contrast a gradient can learn from. Groups whose rewards differ are
 * the wrong thing to count, since stopping at the first difference wins them and loses mass.
 *
 * <p>Read in this order: {@link dev.coppice.allocation.GroupAllocation}, {@link
 * dev.coppice.allocation.ProbeAllocation}, {@link dev.coppice.allocation.HistoryAllocation}, {@link
 * dev.coppice.allocation.LearningOrder}.
 */
package dev.coppice.allocation;
