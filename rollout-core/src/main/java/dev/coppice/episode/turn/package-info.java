/**
 * The text of one turn: letters that come in several tokens, and where sentences end.
 *
 * <p>Read in this order: {@link dev.coppice.episode.turn.TurnText}, {@link
 * dev.coppice.episode.turn.PartialCharacters}, {@link dev.coppice.episode.turn.SentenceEnds}.
 */
package dev.coppice.episode.turn;
