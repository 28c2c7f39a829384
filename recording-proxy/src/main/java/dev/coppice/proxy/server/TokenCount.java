package dev.coppice.proxy.server;

import dev.coppice.proxy.talk.TalkAsk;

/**
 * Counts the tokens of a request without asking the model.
 *
 * @thread any.
 */
@FunctionalInterface
interface TokenCount {
  /** Returns the number of tokens a request is written as, from its beginning. */
  int of(TalkAsk ask);
}
