package dev.coppice.proxy.answer;

import dev.coppice.proxy.talk.ReplyPart;
import dev.coppice.trajectory.RolloutFailure;

/** Is something the sampler tells the thread that answers. */
sealed interface Reply {
  /** A part of one choice is certain. */
  record Part(int choice, ReplyPart part) implements Reply {}

  /** A token of one choice was sampled. */
  record Token(int choice, ReplyListener.TokenLogprob token) implements Reply {}

  /** One choice is finished. */
  record Finished(ChoiceSink sink) implements Reply {}

  /** One choice failed, and the request with it. */
  record Failed(RolloutFailure failure, long discarded) implements Reply {}
}
