package dev.coppice.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.coppice.chat.jinja.RenderLimits;
import dev.coppice.chat.value.TemplateException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Renders conversations by published models' templates and compares with Jinja2, byte for byte.
 *
 * <p>The templates come from Python packages when {@code ./coppice test} prepares them; they are no
 * part of this project.
 */
class ChatReferenceTest {
  private static final LocalDateTime NOW = LocalDateTime.of(2024, 7, 26, 9, 5, 3);

  private final Map<String, int[]> counts = new LinkedHashMap<>();
  private final List<String> misses = new ArrayList<>();
  private String name = "";
  private ChatTemplate template;
  private String refusal = "";

  @Test
  void shouldRenderByteForByteWhatJinjaRenders() throws IOException {
    final Path reference = reference();
    assumeTrue(
        Files.isRegularFile(reference),
        "skipped: no " + reference + "; ./coppice test prepares it with pip and python3");

    try (BufferedReader lines = Files.newBufferedReader(reference)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        take(ChatValues.json(line));
      }
    }

    int same = 0;
    int all = 0;
    for (final Map.Entry<String, int[]> count : counts.entrySet()) {
      same += count.getValue()[0];
      all += count.getValue()[1];
      if (count.getValue()[0] != count.getValue()[1]) {
        System.out.printf(
            "%s: %d of %d%n", count.getKey(), count.getValue()[0], count.getValue()[1]);
      }
    }
    System.out.printf("chat templates: %d, renderings alike: %d of %d%n", counts.size(), same, all);
    assertTrue(all > 1000, "renderings=" + all);
    assertEquals(List.of(), misses.subList(0, Math.min(20, misses.size())));
  }

  private static Path reference() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.isRegularFile(folder.resolve("coppice")) && folder.getParent() != null) {
      folder = folder.getParent();
    }
    return folder.resolve(".coppice/chat/reference.jsonl");
  }

  @SuppressWarnings("unchecked")
  private void take(final Object json) {
    final Map<String, Object> line = (Map<String, Object>) json;
    if (line.containsKey("template")) {
      begin(line);
      return;
    }
    final Map<String, Object> way = new LinkedHashMap<>((Map<String, Object>) line.get("way"));
    final boolean prompt = (Boolean) way.remove("add_generation_prompt");
    final boolean goesOn = way.remove("continue_final_message") != null;
    final ChatRequest request =
        new ChatRequest(
            (List<Map<String, Object>>) line.get("messages"),
            (List<Object>) line.get("tools"),
            null,
            prompt,
            goesOn,
            way);
    final String got = render(request);
    final boolean alike = line.containsKey("text") ? line.get("text").equals(got) : got == null;
    final int[] count = counts.computeIfAbsent(name, key -> new int[2]);
    count[0] += alike ? 1 : 0;
    count[1]++;
    if (!alike) {
      misses.add(
          "%s %s %s wanted=%s got=%s"
              .formatted(
                  name,
                  line.get("conversation"),
                  line.get("way"),
                  line.getOrDefault("text", line.get("error")),
                  got == null ? refusal : got));
    }
  }

  @SuppressWarnings("unchecked")
  private void begin(final Map<String, Object> line) {
    name = (String) line.get("template");
    template = null;
    try {
      template =
          ChatTemplate.parse(
              (String) line.get("source"),
              (Map<String, Object>) line.get("tokens"),
              RenderLimits.DEFAULT);
    } catch (final TemplateException e) {
      refusal = e.getMessage();
    }
  }

  private String render(final ChatRequest request) {
    try {
      return template == null ? null : template.render(request, () -> NOW);
    } catch (final TemplateException e) {
      refusal = e.getMessage();
      return null;
    }
  }
}
