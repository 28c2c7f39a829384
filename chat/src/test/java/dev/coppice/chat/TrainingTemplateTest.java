package dev.coppice.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.chat.jinja.RenderLimits;
import dev.coppice.episode.Conversation;
import dev.coppice.episode.Dialect;
import dev.coppice.model.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The template for training that is shipped: thoughts of earlier turns stay, and so do all tokens. */
class TrainingTemplateTest {
  private static final String END = "<|im_end|>";
  private static final Dialect CALLS =
      new Dialect("<tool_call>", "</tool_call>", "", "", Dialect.Ending.JSON, 8);

  /** Knows the end token, and letters. */
  private record Ends() implements Tokenizer {
    @Override
    public int[] encode(final String text) {
      return text.codePoints().toArray();
    }

    @Override
    public String decode(final int[] tokens) {
      return tokens[0] == 0 ? END : Character.toString(tokens[0]);
    }

    @Override
    public String piece(final int token) {
      return decode(new int[] {token});
    }

    @Override
    public int beginToken() {
      return -1;
    }

    @Override
    public int endToken() {
      return 0;
    }

    @Override
    public int vocabularySize() {
      return 1 << 16;
    }

    @Override
    public void close() {}
  }

  @Test
  void shouldWriteWhatWasSaidAsItWasSaidAndNothingElse() throws IOException {
    final String source = Files.readString(Path.of("../models/chatml-training.jinja"));
    final ChatTemplate template = ChatTemplate.parse(source, Map.of(), RenderLimits.DEFAULT);
    assertTrue(ChatForm.beforeCall(template).contains("<tool_call>"));
    for (int seed = 0; seed < 200; seed++) {
      final Random random = new Random(seed);
      final List<Map<String, Object>> opening =
          random.nextBoolean()
              ? List.of()
              : List.of(Map.of("role", "system", "content", "Be kind."));
      final ChatForm form = new ChatForm(template, new Ends(), CALLS, opening);
      final List<Map<String, Object>> tools =
          List.of(Map.of("type", "function", "function", Map.of("name", "f")));
      Conversation talk = form.begin("ask " + seed, tools);
      final StringBuilder path = new StringBuilder(talk.text());
      for (int turn = 0; turn < 1 + random.nextInt(4); turn++) {
        final List<Conversation.Made> made = new ArrayList<>();
        final String said = turn(random, made);
        talk = talk.answered(said, made);
        path.append(said).append(talk.text());
      }
      final ChatRequest request =
          ChatRequest.prompt(((ChatTurns) talk).messages(), List.copyOf(tools));
      assertEquals(template.render(request, () -> ChatForm.NOW), path.toString(), "seed=" + seed);
    }
  }

  private static String turn(final Random random, final List<Conversation.Made> made) {
    final StringBuilder said = new StringBuilder();
    if (random.nextBoolean()) {
      said.append("<think>\nso ").append(random.nextInt(9)).append("\n</think>\n\nI look.");
    }
    for (int call = 0; call <= random.nextInt(3); call++) {
      final int value = random.nextInt(100);
      final String text =
          "\n{\"name\": \"f\", \"arguments\": {\"b\": " + value + ", \"a\": \"x\"}}\n";
      said.append(said.isEmpty() ? "" : "\n").append("<tool_call>").append(text);
      said.append("</tool_call>");
      final Map<String, Object> arguments = new LinkedHashMap<>();
      arguments.put("b", value);
      arguments.put("a", "x");
      made.add(new Conversation.Made(text, "f", arguments, "result " + value));
    }
    return random.nextBoolean() ? said.append(END).toString() : said.toString();
  }
}
