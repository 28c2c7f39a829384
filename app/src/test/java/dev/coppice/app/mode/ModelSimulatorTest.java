package dev.coppice.app.mode;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.coppice.environments.replay.ByteTokenizer;
import dev.coppice.model.PathPolicy;
import dev.coppice.model.RunnerPlug;
import dev.coppice.model.RunnerRequest;
import dev.coppice.model.SequenceModel;
import dev.coppice.plug.PlugOptions;
import dev.coppice.plug.Plugs;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Has a scripted back end write the answers of tools. */
@Timeout(60)
class ModelSimulatorTest {
  private static final int CONTEXT_TOKENS = 512;
  private static final String MARK = "Answer: ";

  private final ByteTokenizer tokenizer = new ByteTokenizer();

  /** The first path the back end was asked about: the prompt as the model saw it. */
  private String seen;

  /** Writes a text after the mark, then the end token. */
  private ModelSimulator writing(final String text) {
    final int[] script = tokenizer.encode(text);
    return new ModelSimulator(
        scripted(
            (path, length, target, offset) -> {
              final String all = tokenizer.decode(Arrays.copyOf(path, length));
              seen = seen == null ? all : seen;
              final int done = all.length() - all.lastIndexOf(MARK) - MARK.length();
              Arrays.fill(target, offset, offset + tokenizer.vocabularySize(), -1_000f);
              target[offset + (done < script.length ? script[done] : tokenizer.endToken())] = 0;
            }),
        tokenizer);
  }

  private SequenceModel scripted(final PathPolicy policy) {
    final RunnerPlug plug = Plugs.of(RunnerPlug.KIND).find("script");
    return plug.openSequence(
        RunnerRequest.of(
            new RunnerRequest.Script(
                "scripted", tokenizer.vocabularySize(), CONTEXT_TOKENS, policy)),
        PlugOptions.of(RunnerPlug.KIND, plug, Map.of()));
  }

  @Test
  void shouldAnswerWithTheTextUpToTheEndToken() {
    try (ModelSimulator simulator = writing("{\"count\":7}")) {
      assertEquals("{\"count\":7}", simulator.complete("Call: {}\n" + MARK, 1));
      assertEquals("Call: {}\n" + MARK, seen);
    }
  }

  @Test
  void shouldKeepTheFirstLineAlone() {
    try (ModelSimulator simulator = writing("7\nCall: {}\nand so on")) {
      assertEquals("7", simulator.complete("Call: {}\n" + MARK, 1));
    }
  }

  @Test
  void shouldKeepTheEndOfAPromptThatIsTooLong() {
    final String prompt = "x".repeat(3 * CONTEXT_TOKENS) + "Call: {}\n" + MARK;
    try (ModelSimulator simulator = writing("7")) {
      assertEquals("7", simulator.complete(prompt, 1));
      assertEquals(prompt.substring(prompt.length() - CONTEXT_TOKENS / 2), seen);
    }
  }
}
