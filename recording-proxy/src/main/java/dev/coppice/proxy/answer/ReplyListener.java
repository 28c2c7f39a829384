package dev.coppice.proxy.answer;

import dev.coppice.proxy.talk.ReplyPart;
import java.util.List;

/**
 * Writes an answer in the shape of one protocol, as it comes or at its end.
 *
 * @thread the one that answers the request.
 */
public interface ReplyListener {
  /**
   * Says what is answered, before any part.
   *
   * @param head of the answer.
   * @param choices there will be.
   */
  void begun(Head head, int choices);

  /**
   * Takes a part.
   *
   * @param choice from 0.
   * @param part that is certain.
   */
  void part(int choice, ReplyPart part);

  /**
   * Takes a token, before the parts it completes.
   *
   * @param choice from 0.
   * @param token sampled.
   */
  void token(int choice, TokenLogprob token);

  /**
   * Takes the end; everything is recorded when it comes.
   *
   * @param finishes of the choices, in order.
   */
  void finished(List<Finish> finishes);

  /**
   * Says what is answered.
   *
   * @param firstTurn the number of the turn that choice 0 becomes; the others follow.
   * @param promptTokens of the whole path before it.
   */
  record Head(int firstTurn, int promptTokens) {}

  /**
   * Holds a token with its log-probability.
   *
   * @param text it adds.
   * @param logprob of the distribution drawn from.
   */
  record TokenLogprob(String text, float logprob) {}

  /**
   * Says how a choice ended.
   *
   * @param reason stop, length or tool_calls.
   * @param stop that ended it, or null.
   * @param tokens sampled.
   * @param cachedTokens of the prompt that did not have to be computed.
   */
  record Finish(String reason, String stop, int tokens, long cachedTokens) {}
}
