package dev.coppice.proxy.answer;

import dev.coppice.model.Tokenizer;
import dev.coppice.proxy.strand.Sampled;
import dev.coppice.proxy.strand.TokenSink;
import dev.coppice.proxy.talk.ReplyPart;
import dev.coppice.proxy.talk.TurnReader;
import dev.coppice.trajectory.RolloutFailure;
import java.util.concurrent.BlockingQueue;

/**
 * Reads one choice while it is sampled, and hands what is certain to the thread that answers.
 *
 * @thread the sampling loop's; read by the other once it is finished.
 */
final class ChoiceSink implements TokenSink {
  private final int choice;
  private final Tokenizer tokenizer;
  private final BlockingQueue<Reply> out;
  private final boolean tellsTokens;
  private TurnReader reader;
  private Sampled sampled;
  private boolean sawEnd;

  ChoiceSink(
      final int choice,
      final Tokenizer tokenizer,
      final BlockingQueue<Reply> out,
      final boolean tellsTokens) {
    this.choice = choice;
    this.tokenizer = tokenizer;
    this.out = out;
    this.tellsTokens = tellsTokens;
  }

  void read(final TurnReader newReader) {
    reader = newReader;
  }

  void tell(final ReplyPart part) {
    out.add(new Reply.Part(choice, part));
  }

  @Override
  public boolean accept(final int token, final float logprob) {
    if (tellsTokens) {
      out.add(
          new Reply.Token(choice, new ReplyListener.TokenLogprob(tokenizer.piece(token), logprob)));
    }
    if (tokenizer.isEnd(token)) {
      sawEnd = true;
      return false;
    }
    return reader.accept(tokenizer.piece(token));
  }

  @Override
  public void ended(final Sampled all) {
    sampled = all;
    reader.finish();
    out.add(new Reply.Finished(this));
  }

  @Override
  public void failed(final RolloutFailure failure, final long discardedTokens) {
    out.add(new Reply.Failed(failure, discardedTokens));
  }

  int choice() {
    return choice;
  }

  Sampled sampled() {
    return sampled;
  }

  TurnReader reader() {
    return reader;
  }

  /** Says why the choice ended, in OpenAI's words. */
  String finish() {
    if (!reader.calls().isEmpty()) {
      return "tool_calls";
    }
    return sawEnd || reader.stop() != null ? "stop" : "length";
  }
}
