/**
 * Trains a policy: where rollouts, credit and the trainer meet.
 *
 * <p>Read in this order: {@link dev.coppice.app.train.LearningLoop}, {@link
 * dev.coppice.app.train.LocalRollouts}, {@link dev.coppice.app.train.TrainingBatch}.
 */
package dev.coppice.app.train;
