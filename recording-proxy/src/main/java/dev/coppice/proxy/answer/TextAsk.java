package dev.coppice.proxy.answer;

import dev.coppice.proxy.talk.TalkAsk;

/**
 * Asks to continue a bare text, or tokens.
 *
 * @param text of the prompt, or null where it is tokens.
 * @param tokens of the prompt, or null where it is text.
 * @param talk says how: its messages are empty.
 */
public record TextAsk(String text, int[] tokens, TalkAsk talk) {}
