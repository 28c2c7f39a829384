/**
 * Asks whether trees learn more than chains at equal computed tokens, and writes down the answer.
 *
 * <p>Read in this order: {@link dev.coppice.bench.learning.LearningArm}, {@link
 * dev.coppice.bench.learning.LearningRun}, {@link dev.coppice.bench.learning.LearningExperiment}.
 */
package dev.coppice.bench.learning;
