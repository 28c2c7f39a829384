package dev.coppice.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.chat.jinja.RenderLimits;
import dev.coppice.chat.value.TemplateException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Renders small templates of our own and compares with what Jinja2 made of them. */
class JinjaCasesTest {
  private static final Path CASES = Path.of("src/test/resources/chat/cases.jsonl");

  @Test
  @SuppressWarnings("unchecked")
  void shouldRenderWhatJinjaRendersAndRefuseWhatItRefuses() throws IOException {
    final List<String> lines = Files.readAllLines(CASES);
    final Map<String, Object> head = (Map<String, Object>) ChatValues.json(lines.getFirst());
    final LocalDateTime now = LocalDateTime.parse((String) head.get("now"));
    final ChatRequest request =
        new ChatRequest(
            List.of(Map.of("role", "user", "content", "hello")),
            null,
            null,
            false,
            false,
            (Map<String, Object>) head.get("data"));

    final List<String> misses = new ArrayList<>();
    for (final String line : lines.subList(1, lines.size())) {
      final Map<String, Object> entry = (Map<String, Object>) ChatValues.json(line);
      final String source = (String) entry.get("template");
      final String got = render(source, request, now);
      final boolean same =
          entry.containsKey("text") ? entry.get("text").equals(got) : got.startsWith("refused: ");
      if (!same) {
        misses.add(source + "\n  wanted " + entry + "\n  got " + got);
      }
    }

    assertTrue(lines.size() > 90, "cases=" + lines.size());
    assertEquals(List.of(), misses);
  }

  private static String render(
      final String source, final ChatRequest request, final LocalDateTime now) {
    try {
      return ChatTemplate.parse(source, Map.of(), RenderLimits.DEFAULT).render(request, () -> now);
    } catch (final TemplateException e) {
      return "refused: " + e.getMessage();
    }
  }
}
