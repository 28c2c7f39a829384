/**
 * Makes the demonstrations the shipped policy learns {@code countdown} and {@code drawers} from, and
 * judges token sequences by the rules of both tasks.
 *
 * <p>Read in this order: {@link dev.coppice.training.demonstration.TaskVocabulary}, {@link
 * dev.coppice.training.demonstration.ReferenceEpisode}, {@link
 * dev.coppice.training.demonstration.Demonstrations}.
 */
package dev.coppice.training.demonstration;
