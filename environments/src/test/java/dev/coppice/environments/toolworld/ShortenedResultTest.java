package dev.coppice.environments.toolworld;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.environments.conversation.ChatEnvironment;
import dev.coppice.environments.tool.CallText;
import dev.coppice.episode.Conversation;
import dev.coppice.episode.Environment;
import dev.coppice.episode.Episode;
import dev.coppice.episode.Observation;
import dev.coppice.trajectory.ToolCall;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A result that is cut keeps the marks around it whole, whoever writes them. */
class ShortenedResultTest {
  private static final String CALL = CallText.write("add", Map.of("amount", 3));

  /** Writes each message between marks of its own, and counts them. */
  private record Marked(String text, int messages) implements Conversation {
    @Override
    public Conversation answered(final String turn, final String call, final String result) {
      return new Marked("|tool " + messages + "|" + result + "|end|", messages + 1);
    }
  }

  private static Episode start(final Environment environment) {
    return environment.start(environment.task(0), 1);
  }

  @Test
  void shouldKeepTheMarksOfAWorldsFormat() throws Exception {
    final Episode episode =
        start(new WorldEnvironment(new SingleTaskset("counter", CounterWorld::new)));
    final Observation whole = episode.call(CALL);

    final Observation cut = episode.shortened(whole, text -> text.substring(0, 1) + "...");

    final String inside = whole.text().replaceAll("</?tool_response>", "");
    assertEquals(
        "<tool_response>" + inside.charAt(0) + "...</tool_response>",
        cut.text().replaceAll("\\s+$", ""));
    assertEquals(ToolCall.Status.OK, cut.status());
    assertEquals("add", cut.tool());
  }

  @Test
  void shouldHaveTheTemplateWriteTheShorterResultAndGoOnFromThere() throws Exception {
    final Conversation.Form form =
        (request, tools) -> new Marked("|user|" + request + "|end|" + tools.size(), 0);
    final Episode episode =
        start(
            new ChatEnvironment(
                new SingleTaskset("counter", CounterWorld::new), CallFormat.TAGS, "", form));
    final Observation whole = episode.call(CALL, CALL);
    final Episode sibling = episode.fork();

    final Observation cut = episode.shortened(whole, text -> "short");
    final Observation next = episode.call(CALL, CALL);

    assertTrue(whole.text().startsWith("|tool 0|"), whole.text());
    assertEquals("|tool 0|short|end|", cut.text());
    assertTrue(next.text().startsWith("|tool 1|"), next.text());
    assertTrue(sibling.call(CALL, CALL).text().startsWith("|tool 1|"));
  }
}
