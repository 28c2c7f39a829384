package dev.coppice.environments.replay;

import dev.coppice.model.BackendException;
import dev.coppice.model.PathPolicy;
import dev.coppice.model.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Replays scripts: the next token of the script has logit 0, all others -1e9.
 *
 * <p>The prompt tells which script to follow; where several scripts have one prompt, so do the
 * observations. Otherwise an observation may be any text that ends with the environment's closing
 * mark, since a tool may write {@code .5} where the script's author wrote {@code 0.50}; progress is
 * counted in turns. A path that leaves its script is an error: its tokens are not those that were
 * sampled.
 *
 * @thread the engine thread alone.
 * @cost one scan of the path per token and script of its prompt.
 */
public final class ReplayPolicy implements PathPolicy {
  private static final float NEVER = -1e9f;

  /** Says that the next token belongs to an observation or prompt and is not the policy's. */
  private static final int OPEN = -1;

  /** Says that the path is not that of the script. */
  private static final int LEFT = -2;

  private final Tokenizer tokenizer;
  private final String observationClose;
  private final int vocabularySize;
  private final int endToken;
  private final int keyTokens;

  /** Scripts by the hash of the first tokens of their prompts, as many as the shortest has. */
  private final Map<Integer, List<Encoded>> scripts = new HashMap<>();

  private ReplayPolicy(
      final List<Encoded> encoded, final String observationClose, final Tokenizer tokenizer) {
    this.tokenizer = tokenizer;
    this.observationClose = observationClose;
    vocabularySize = tokenizer.vocabularySize();
    endToken = tokenizer.endToken();
    if (endToken < 0 || observationClose.isEmpty()) {
      throw new IllegalArgumentException(
          "replay needs an end token and a closing mark: endToken="
              + endToken
              + " observationClose="
              + observationClose);
    }
    keyTokens = encoded.stream().mapToInt(script -> script.prompt().length).min().orElse(0);
    for (final Encoded script : encoded) {
      scripts
          .computeIfAbsent(hash(script.prompt(), keyTokens), key -> new ArrayList<>())
          .add(script);
    }
  }

  /**
   * Encodes the scripts of all tasks of an environment.
   *
   * @param environment whose solutions are replayed.
   * @param tokenizer the engine uses.
   * @return the policy.
   */
  public static ReplayPolicy of(final ScriptedEnvironment environment, final Tokenizer tokenizer) {
    final List<ReplayScript> scripts = new ArrayList<>();
    for (int index = 0; index < environment.taskCount(); index++) {
      scripts.add(environment.script(environment.task(index)));
    }
    return of(scripts, environment.observationClose(), tokenizer);
  }

  /**
   * Encodes scripts.
   *
   * @param scripts to replay.
   * @param observationClose the text every observation ends with.
   * @param tokenizer the engine uses.
   * @return the policy.
   */
  public static ReplayPolicy of(
      final List<ReplayScript> scripts, final String observationClose, final Tokenizer tokenizer) {
    final List<Encoded> encoded = new ArrayList<>();
    for (final ReplayScript script : scripts) {
      final int[][] turns = script.turns().stream().map(tokenizer::encode).toArray(int[][]::new);
      encoded.add(
          new Encoded(tokenizer.encodePrompt(script.prompt()), turns, script.observations()));
    }
    return new ReplayPolicy(encoded, observationClose, tokenizer);
  }

  @Override
  public void scores(final int[] path, final int length, final float[] target, final int offset) {
    final int next = next(path, length);
    Arrays.fill(target, offset, offset + vocabularySize, next == OPEN ? 0f : NEVER);
    if (next != OPEN) {
      target[offset + next] = 0f;
    }
  }

  private int next(final int[] path, final int length) {
    final List<Encoded> candidates = candidates(path, length);
    for (final Encoded script : candidates) {
      final int next = next(script, path, length);
      if (next != LEFT) {
        return next;
      }
    }
    if (candidates.isEmpty()) {
      return OPEN;
    }
    throw new BackendException(
        "path left its script: length="
            + length
            + " path="
            + tokenizer.decode(Arrays.copyOf(path, length)),
        null);
  }

  private List<Encoded> candidates(final int[] path, final int length) {
    final List<Encoded> candidates = new ArrayList<>();
    if (length < keyTokens) {
      return candidates;
    }
    int longest = 0;
    for (final Encoded script : scripts.getOrDefault(hash(path, keyTokens), List.of())) {
      final int[] prompt = script.prompt();
      if (prompt.length >= longest && startsWith(path, 0, length, prompt)) {
        if (prompt.length > longest) {
          candidates.clear();
          longest = prompt.length;
        }
        candidates.add(script);
      }
    }
    return candidates;
  }

  private int next(final Encoded script, final int[] path, final int length) {
    int position = script.prompt().length;
    for (int turn = 0; turn < script.turns().length; turn++) {
      if (turn > 0) {
        final int end = observationEnd(path, position, length);
        if (end < 0) {
          return OPEN;
        }
        if (!script.expects(turn - 1, tokenizer.decode(Arrays.copyOfRange(path, position, end)))) {
          return LEFT;
        }
        position = end;
      }
      final int[] tokens = script.turns()[turn];
      final int said = Math.min(tokens.length, length - position);
      if (Arrays.mismatch(path, position, position + said, tokens, 0, said) >= 0) {
        return LEFT;
      }
      if (said < tokens.length) {
        return tokens[said];
      }
      position += said;
    }
    return endToken;
  }

  /** Returns the position after the observation that begins at a position, or -1 inside of it. */
  private int observationEnd(final int[] path, final int from, final int length) {
    final StringBuilder text = new StringBuilder();
    for (int position = from; position < length; position++) {
      text.append(tokenizer.piece(path[position]));
      final int tail = text.length() - observationClose.length();
      if (tail >= 0 && text.indexOf(observationClose, tail) == tail) {
        return position + 1;
      }
    }
    return -1;
  }

  private static boolean startsWith(
      final int[] path, final int from, final int length, final int[] tokens) {
    return tokens.length <= length - from
        && Arrays.equals(path, from, from + tokens.length, tokens, 0, tokens.length);
  }

  private static int hash(final int[] tokens, final int length) {
    int hash = 1;
    for (int i = 0; i < length; i++) {
      hash = 31 * hash + tokens[i];
    }
    return hash;
  }

  private record Encoded(int[] prompt, int[][] turns, List<String> observations) {
    boolean expects(final int index, final String observation) {
      return observations.isEmpty() || observations.get(index).equals(observation);
    }
  }
}
