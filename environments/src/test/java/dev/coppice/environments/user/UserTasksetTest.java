package dev.coppice.environments.user;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.environments.Environments;
import dev.coppice.environments.retail.RetailTaskset;
import dev.coppice.environments.tool.Toolbox;
import dev.coppice.environments.toolworld.Taskset;
import dev.coppice.environments.toolworld.ToolSpec;
import dev.coppice.environments.toolworld.WorldEnvironment;
import dev.coppice.episode.Episode;
import dev.coppice.episode.Observation;
import dev.coppice.episode.Score;
import dev.coppice.fixture.OwnData;
import dev.coppice.trajectory.StopReason;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Talks to simulated customers of the shop. */
class UserTasksetTest {
  /** Draws what it says from the seed, and remembers whom it heard. */
  private static final class SeededUser implements SimulatedUser {
    final List<List<String>> heard = new ArrayList<>();

    @Override
    public String reply(final String script, final List<String> said, final long seed) {
      heard.add(said);
      return said.getLast().equals("Bye.") ? STOP : "user " + seed;
    }
  }

  private static WorldEnvironment shop(final SimulatedUser user) {
    return new WorldEnvironment(
        new UserTaskset(
            new RetailTaskset(OwnData.find(Environments.class, "own/retail"), "all"), user));
  }

  @Test
  void shouldTellTheScriptToTheCustomerAlone() throws Exception {
    try (WorldEnvironment shop = shop(new RecitingUser());
        Episode episode = shop.start(shop.task(0), 1)) {
      final String[] script = shop.taskset().script(shop.task(0)).split("\n");
      final List<Map<String, Object>> opening = shop.taskset().opening(shop.task(0));

      assertEquals(
          List.of("system", "assistant", "user"),
          opening.stream().map(message -> message.get("role")).toList());
      assertTrue(((String) opening.get(0).get("content")).startsWith("# Policy"));
      assertEquals(script[0], opening.get(2).get("content"));
      for (int i = 1; i < script.length; i++) {
        assertFalse(!script[i].isBlank() && episode.prompt().contains(script[i]), script[i]);
      }
      assertFalse(shop.tools().stream().map(ToolSpec::name).toList().contains(ToolSpec.SAY));
      assertTrue(shop.dialect().talks());
    }
  }

  @Test
  void shouldScoreTheDatabaseWhenTheCustomerEnds() throws Exception {
    try (WorldEnvironment shop = shop(new RecitingUser())) {
      for (int i = 0; i < shop.taskCount(); i++) {
        try (Episode episode = shop.start(shop.task(i), 1);
            Episode silent = episode.fork()) {
          assertFalse(episode.say("May I ask who you are?", "<eos>").over());
          for (final Taskset.Call call : shop.taskset().solution(shop.task(i)).calls()) {
            if (!call.tool().equals(ToolSpec.SAY)) {
              episode.call(Toolbox.write(call.tool(), call.arguments()));
            }
          }
          final Observation end = episode.say("That is done.", "<eos>");
          final Score score = episode.truncated(StopReason.ENVIRONMENT);

          assertTrue(end.over() && end.text().contains(SimulatedUser.STOP), end.text());
          assertEquals(1.0, score.reward(), shop.task(i).id());
          assertEquals(
              0.0, silent.truncated(StopReason.LENGTH).reward(), "nobody ended the conversation");
        }
      }
    }
  }

  @Test
  void shouldForkWithTheWorldAndDrawBySeed() throws Exception {
    final SeededUser user = new SeededUser();
    try (WorldEnvironment shop = shop(user);
        Episode parent = shop.start(shop.task(0), 1);
        Episode fork = parent.fork(7);
        Episode other = parent.fork(8);
        Episode again = parent.fork(7)) {
      final String one = fork.say("Hello.", "<eos>").text();

      assertNotEquals(one, other.say("Hello.", "<eos>").text(), "a sample draws for itself");
      assertEquals(one, again.say("Hello.", "<eos>").text());
      assertEquals(fork.digest(), again.digest());
      assertNotEquals(parent.digest(), fork.digest());
      fork.say("And?", "<eos>");
      assertEquals(6, user.heard.getLast().size() + 1);
      assertTrue(other.say("Bye.", "<eos>").over());
      assertEquals(List.of("Hello.", "Bye."), odd(user.heard.getLast()));
      final Map<String, Long> counters = shop.counters();
      assertEquals(6, counters.get("user_turns"), "the first turn is the task's");
      assertFalse(shop.sharing().sharesTurn());
    }
  }

  private static List<String> odd(final List<String> said) {
    final List<String> own = new ArrayList<>();
    for (int i = 2; i < said.size(); i += 2) {
      own.add(said.get(i));
    }
    return own;
  }
}
