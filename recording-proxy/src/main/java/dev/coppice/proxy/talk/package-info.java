/**
 * Turns the messages of an agent into tokens and what is sampled into messages, whatever the
 * protocol.
 *
 * <p>Read in this order: {@link dev.coppice.proxy.talk.TalkAsk}, {@link
 * dev.coppice.proxy.talk.Talk}, {@link dev.coppice.proxy.talk.TurnReader}.
 */
package dev.coppice.proxy.talk;
