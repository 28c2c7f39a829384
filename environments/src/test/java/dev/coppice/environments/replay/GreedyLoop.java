package dev.coppice.environments.replay;

import dev.coppice.decoder.batch.ForwardBatch;
import dev.coppice.decoder.batch.InferenceBackend;
import dev.coppice.decoder.batch.Logits;
import dev.coppice.decoder.batch.PathBackend;
import dev.coppice.episode.Dialect;
import dev.coppice.episode.Environment;
import dev.coppice.episode.Episode;
import dev.coppice.episode.Score;
import dev.coppice.model.PathPolicy;
import dev.coppice.model.Tokenizer;
import dev.coppice.trajectory.StopReason;
import dev.coppice.trajectory.Task;

/** Runs one chain greedily, one token per pass: the smallest loop an engine could be. */
public final class GreedyLoop {
  private static final int BLOCK_TOKENS = 16;

  private final InferenceBackend backend;
  private final Tokenizer tokenizer;
  private final ForwardBatch batch = new ForwardBatch();
  private final Logits logits = new Logits();
  private int position;

  /** Makes a loop with blocks for one sequence. */
  public GreedyLoop(final PathPolicy policy, final Tokenizer tokenizer, final int contextTokens) {
    this.tokenizer = tokenizer;
    backend = new PathBackend("replay", tokenizer.vocabularySize(), contextTokens, policy);
    backend.allocate(contextTokens / BLOCK_TOKENS, BLOCK_TOKENS);
  }

  /** Plays one task to its end. */
  public Outcome run(final Environment environment, final Task task) throws Exception {
    final Dialect dialect = environment.dialect();
    final Episode episode = environment.start(task, 0);
    final StringBuilder text = new StringBuilder(episode.prompt());
    final StringBuilder turn = new StringBuilder();
    position = 0;
    int calls = 0;
    int next = forward(tokenizer.encode(episode.prompt()));
    while (next != tokenizer.endToken()) {
      final String piece = tokenizer.decode(new int[] {next});
      turn.append(piece);
      text.append(piece);
      final int call = turn.indexOf(dialect.callOpen());
      final int answer = turn.indexOf(dialect.answerOpen());
      next = forward(new int[] {next});
      if (call >= 0 && answer < 0 && turn.indexOf(dialect.callClose(), call) >= 0) {
        final int close = turn.indexOf(dialect.callClose(), call);
        final String observation =
            episode.call(turn.substring(call + dialect.callOpen().length(), close)).text();
        calls++;
        text.append(observation);
        turn.setLength(0);
        next = forward(tokenizer.encode(observation));
      } else if (answer >= 0
          && !dialect.answerClose().isEmpty()
          && turn.indexOf(dialect.answerClose(), answer) >= 0) {
        break;
      }
    }
    final int answer = turn.indexOf(dialect.answerOpen());
    if (answer < 0) {
      return new Outcome(episode.truncated(StopReason.EOS), calls, text.toString());
    }
    final int from = answer + dialect.answerOpen().length();
    final int close =
        dialect.answerClose().isEmpty() ? -1 : turn.indexOf(dialect.answerClose(), from);
    final String said = close < 0 ? turn.substring(from) : turn.substring(from, close);
    return new Outcome(episode.finish(said), calls, text.toString());
  }

  private int forward(final int[] tokens) {
    batch.clear();
    final int blocks = (position + tokens.length + BLOCK_TOKENS - 1) / BLOCK_TOKENS;
    final int row = batch.addRow(position, tokens.length, blocks, tokens.length - 1);
    for (int i = 0; i < tokens.length; i++) {
      batch.token(row, i, tokens[i]);
    }
    for (int i = 0; i < blocks; i++) {
      batch.block(row, i, i);
    }
    backend.forward(batch, logits);
    position += tokens.length;
    int best = 0;
    for (int token = 1; token < tokenizer.vocabularySize(); token++) {
      best = logits.values()[token] > logits.values()[best] ? token : best;
    }
    return best;
  }

  /** Tells how an episode ended. */
  public record Outcome(Score score, int calls, String text) {}
}
