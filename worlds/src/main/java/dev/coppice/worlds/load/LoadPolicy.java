package dev.coppice.worlds.load;

import dev.coppice.model.BackendException;
import dev.coppice.model.PathPolicy;
import java.util.Arrays;
import java.util.List;

/**
 * Says again what was said in the recorded rollouts.
 *
 * <p>The path so far is the beginning of one of them, token for token, so the next token is known. A
 * path that is none is an error of the engine: some token is not where it was.
 *
 * @thread the engine thread alone.
 * @cost a comparison of the path with each rollout that begins as it does.
 */
final class LoadPolicy implements PathPolicy {
  private static final float NEVER = -1e9f;

  private final List<int[]> sequences;
  private final int vocabularySize;
  private final int endToken;
  private int last;

  LoadPolicy(final List<int[]> sequences, final ChunkTokenizer tokenizer) {
    this.sequences = List.copyOf(sequences);
    vocabularySize = tokenizer.vocabularySize();
    endToken = tokenizer.endToken();
  }

  @Override
  public void scores(final int[] path, final int length, final float[] target, final int offset) {
    Arrays.fill(target, offset, offset + vocabularySize, NEVER);
    target[offset + next(path, length)] = 0f;
  }

  private int next(final int[] path, final int length) {
    for (int tried = 0; tried < sequences.size(); tried++) {
      final int index = (last + tried) % sequences.size();
      final int[] sequence = sequences.get(index);
      if (length <= sequence.length && Arrays.equals(path, 0, length, sequence, 0, length)) {
        last = index;
        return length < sequence.length ? sequence[length] : endToken;
      }
    }
    throw new BackendException("the path is that of no recorded rollout: length=" + length, null);
  }
}
