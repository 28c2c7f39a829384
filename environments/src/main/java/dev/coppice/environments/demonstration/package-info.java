/**
 * Makes the demonstrations the shipped policy learns {@code countdown} and {@code drawers} from, and
 * judges token sequences by the rules of both tasks.
 *
 * <p>Read in this order: {@link dev.coppice.environments.demonstration.TaskVocabulary}, {@link
 * dev.coppice.environments.demonstration.ReferenceEpisode}, {@link
 * dev.coppice.environments.demonstration.Demonstrations}.
 */
package dev.coppice.environments.demonstration;
