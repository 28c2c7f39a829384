/**
 * Measures runs: what was computed, how much of it is distinct, and what that is worth.
 *
 * <p>Every figure is a function of sums over tasks, so its standard error is a jackknife that
 * leaves out one task at a time, and a ratio of two arms leaves it out of both.
 *
 * <p>Read in this order: {@link dev.coppice.app.report.GroupMeasure}, {@link
 * dev.coppice.app.report.TaskTally}, {@link dev.coppice.app.report.Metric}, {@link
 * dev.coppice.app.report.RunReport}.
 */
package dev.coppice.app.report;
