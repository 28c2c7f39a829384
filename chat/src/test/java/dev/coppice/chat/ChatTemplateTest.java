package dev.coppice.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.chat.jinja.RenderLimits;
import dev.coppice.chat.value.TemplateException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChatTemplateTest {
  private static final RenderLimits TIGHT = new RenderLimits(400, 10_000, 2_000, 10);
  private static final List<Map<String, Object>> HELLO =
      List.of(Map.of("role", "user", "content", "hello"));

  @TempDir Path folder;

  @Test
  void shouldReadTheTemplateAndTheTokensOfAFolder() throws IOException {
    Files.writeString(
        folder.resolve("tokenizer_config.json"),
        """
        {"chat_template": [{"name": "default", "template": "{{ bos_token }}{{ messages[0].content }}"},
          {"name": "tool_use", "template": "{{ tools|length }}{{ eos_token }}"}],
         "bos_token": {"content": "<s>"}, "eos_token": "</s>", "add_bos_token": true}
        """);

    final String text =
        ChatTemplate.open(folder, "default").render(ChatRequest.prompt(HELLO, null));
    final String tools =
        ChatTemplate.open(folder, "tool_use").render(ChatRequest.prompt(HELLO, List.of(Map.of())));
    Files.writeString(folder.resolve("chat_template.jinja"), "file");
    final ChatTemplate file = ChatTemplate.open(folder, "default");

    assertEquals("<s>hello", text);
    assertEquals("1</s>", tools);
    assertEquals("file", file.render(ChatRequest.prompt(HELLO, null)));
    assertEquals(file.sha256(), ChatTemplate.sha256(folder));
    assertEquals(64, file.sha256().length());
  }

  @Test
  void shouldLetFilesGoBeforeTheConfigurationAsTransformersDoes() throws IOException {
    final String entry = "\"chat_template\": [{\"name\": \"tool_use\", \"template\": \"inside\"}]";
    Files.writeString(
        folder.resolve("chat_template.json"), "{\"chat_template\": \"{{ bos_token }}\"}");
    Files.writeString(folder.resolve("special_tokens_map.json"), "{\"bos_token\": \"<map>\"}");
    Files.writeString(folder.resolve("tokenizer_config.json"), "{\"bos_token\": \"<config>\"}");
    assertEquals("<map>", render("default"));

    Files.writeString(
        folder.resolve("tokenizer_config.json"),
        "{\"bos_token\": \"<config>\", \"added_tokens_decoder\": {}, " + entry + "}");
    assertEquals("inside", render("tool_use"));
    assertThrows(TemplateException.class, () -> render("default"));

    final Path more = Files.createDirectory(folder.resolve("additional_chat_templates"));
    Files.writeString(more.resolve("rag.jinja"), "{{ bos_token }}");
    assertEquals("<config>", render("rag"));
    assertThrows(TemplateException.class, () -> render("tool_use"));
  }

  private String render(final String name) {
    return ChatTemplate.open(folder, name).render(ChatRequest.prompt(HELLO, null));
  }

  @Test
  void shouldNameWhatIsMissing() {
    final TemplateException failure =
        assertThrows(TemplateException.class, () -> ChatTemplate.open(folder, "default"));

    assertTrue(failure.getMessage().contains("chat_template.jinja"), failure.getMessage());
    assertEquals("", ChatTemplate.sha256(folder));
  }

  @Test
  void shouldStopAtEveryLimit() {
    assertThrows(TemplateException.class, () -> parse("x".repeat(401)));
    refused("{% for i in range(300) %}{% for j in range(300) %}{% endfor %}{% endfor %}", "steps");
    refused("{% for i in range(300) %}{{ 'ten letters' }}{% endfor %}", "outputChars");
    refused("{% set x = 'a' * 1000000000 %}", "longer than");
    refused("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "depth");
    refused("{{ 2 ** 100000000 }}", "power");
    refused("{{ range(10000000) }}", "range");
    assertThrows(TemplateException.class, () -> parse("{{ " + "(".repeat(200)));
  }

  @Test
  void shouldShowATemplateNothingButItsData() {
    for (final String probe :
        List.of(
            "''.__class__",
            "''['__class__']",
            "messages.__init__",
            "messages[0].__class__.__mro__",
            "namespace().__class__",
            "dict.__globals__",
            "(''|attr('__class__'))",
            "messages.getClass()",
            "messages[0].entrySet()")) {
      final String text = outcome("{{ " + probe + " }}");
      assertTrue(text.isEmpty() || text.startsWith("refused"), probe + " gave " + text);
    }
    refused("{% include 'x' %}", "not supported");
    refused("{% import 'x' as y %}", "not supported");
    refused("{{ messages.append(1) }}", "unsafe");
  }

  @Test
  void shouldEndInsideTheLastMessageWhereItIsContinued() {
    final ChatTemplate template =
        parse("{% for m in messages %}<{{ m.role }}>{{ m.content|trim }}</s>{% endfor %}");
    final List<Map<String, Object>> messages =
        List.of(HELLO.getFirst(), Map.of("role", "assistant", "content", "so far "));

    final String text =
        template.render(new ChatRequest(messages, null, null, false, true, Map.of()));

    assertEquals("<user>hello</s><assistant>so far", text);
  }

  @Test
  void shouldRefuseAConversationWithoutMessagesAsTransformersDoes() {
    final ChatTemplate template = parse("{% for m in messages %}{{ m.content }}{% endfor %}ok");

    final TemplateException refusal =
        assertThrows(
            TemplateException.class, () -> template.render(ChatRequest.prompt(List.of(), null)));

    assertEquals("the conversation has no message", refusal.getMessage());
  }

  @Test
  void shouldNameTheMessageATemplateFailsAt() {
    final ChatTemplate template =
        parse(
            "{% for m in messages %}{% if m.role == 'tool' %}"
                + "{{ raise_exception('no tools here') }}{% endif %}{{ m.content }}{% endfor %}");
    final List<Map<String, Object>> messages =
        List.of(
            HELLO.getFirst(),
            Map.of("role", "tool", "content", "7"),
            Map.of("role", "user", "content", "and?"));

    final TemplateException refusal =
        assertThrows(
            TemplateException.class, () -> template.render(ChatRequest.prompt(messages, null)));

    assertTrue(refusal.getMessage().startsWith("message 1 (role=tool): "), refusal.getMessage());
    assertTrue(refusal.getMessage().contains("no tools here"), refusal.getMessage());
  }

  private static void refused(final String source, final String why) {
    final String text = outcome(source);
    assertTrue(text.startsWith("refused") && text.contains(why), source + " gave " + text);
  }

  private static String outcome(final String source) {
    try {
      return parse(source).render(ChatRequest.prompt(HELLO, null));
    } catch (final TemplateException e) {
      return "refused: " + e.getMessage();
    }
  }

  private static ChatTemplate parse(final String source) {
    return ChatTemplate.parse(source, Map.of("bos_token", "<s>"), TIGHT);
  }

  @Test
  void shouldFindTheMarksOfThoughtsThatATemplateWrites() {
    final String qwen = "{% if x %}{{ x.split('</think>')[-1] }}{% endif %}<think>";
    final String plain = "{{ messages[0].content }}</think>";

    assertEquals(List.of("<think>", "</think>"), parse(qwen).thinkingMarks());
    assertEquals(List.of(), parse(plain).thinkingMarks());
  }
}
