package dev.coppice.worlds.load;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Reads rollouts in the format of OpenAI's Responses, as NeMo Gym records them.
 *
 * @thread stateless, any thread
 */
final class RolloutFiles {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long NS_PER_S = 1_000_000_000L;
  private static final String SUFFIX = ".jsonl";

  private RolloutFiles() {}

  /**
   * Reads all files of a folder, in the order of their names.
   *
   * @param folder with files of one rollout a line.
   * @return the rollouts, every gap filled in.
   * @throws IllegalArgumentException if there is none, or a line is broken.
   */
  static List<RecordedRollout> read(final Path folder) {
    final List<RecordedRollout> rollouts = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (final Path file :
          files.filter(path -> path.toString().endsWith(SUFFIX)).sorted().toList()) {
        final String name = file.getFileName().toString();
        int line = 0;
        for (final String text : Files.readAllLines(file)) {
          final String id = name.substring(0, name.length() - SUFFIX.length()) + "/" + line++;
          rollouts.add(rollout(id, text));
        }
      }
    } catch (IOException e) {
      throw new IllegalArgumentException("replay-load: cannot read: folder=" + folder, e);
    }
    if (rollouts.isEmpty()) {
      throw new IllegalArgumentException(
          "replay-load: there is no recorded rollout (*.jsonl): folder=" + folder);
    }
    return withAssumedGaps(rollouts);
  }

  private static RecordedRollout rollout(final String id, final String text) {
    final JsonNode row;
    try {
      row = JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("replay-load: not JSON: " + id, e);
    }
    final List<String[]> turns = turns(row.path("response").path("output"));
    final List<Long> stamped = stampedGaps(row.path("result").path("messages"));
    final int gaps = turns.size() - 1;
    final double wholeS = row.path("agent_run_time").asDouble(-1);
    final boolean isStamped = gaps > 0 && stamped.size() >= gaps;
    final List<RecordedRollout.Turn> read = new ArrayList<>();
    for (int i = 0; i < turns.size(); i++) {
      long gapNs = wholeS > 0 && gaps > 0 ? (long) (wholeS * NS_PER_S / gaps) : -1;
      if (isStamped && i < gaps) {
        // The output is the end of the conversation.
        gapNs = stamped.get(stamped.size() - gaps + i);
      }
      read.add(new RecordedRollout.Turn(turns.get(i)[0], turns.get(i)[1], gapNs));
    }
    final RecordedRollout.Times times =
        isStamped
            ? RecordedRollout.Times.RECORDED
            : wholeS > 0 ? RecordedRollout.Times.BOUNDED : RecordedRollout.Times.ASSUMED;
    return new RecordedRollout(
        id,
        prompt(row.path("responses_create_params")),
        read,
        row.path("reward").asDouble(),
        times);
  }

  private static String prompt(final JsonNode params) {
    final StringBuilder prompt = new StringBuilder();
    prompt.append(params.path("instructions").asText(""));
    if (params.path("tools").isArray()) {
      prompt.append(params.path("tools"));
    }
    params.path("input").forEach(item -> prompt.append(words(item)));
    if (prompt.isEmpty()) {
      // Agents that build the prompt themselves record what they built it from.
      prompt.append(params.path("metadata").path("problem_statement").asText("no prompt"));
    }
    return prompt.toString();
  }

  /** Splits an output into what the model said and what it was then shown. */
  private static List<String[]> turns(final JsonNode output) {
    final List<String[]> turns = new ArrayList<>();
    final StringBuilder said = new StringBuilder();
    final StringBuilder shown = new StringBuilder();
    for (final JsonNode item : output) {
      final boolean isShown =
          item.path("type").asText().equals("function_call_output")
              || item.path("role").asText().equals("user");
      if (!isShown && !shown.isEmpty()) {
        turns.add(new String[] {said.toString(), shown.toString()});
        said.setLength(0);
        shown.setLength(0);
      }
      (isShown ? shown : said).append(words(item));
    }
    if (!shown.isEmpty()) {
      turns.add(new String[] {said.toString(), shown.toString()});
      said.setLength(0);
    }
    turns.add(new String[] {said.toString(), ""});
    return turns;
  }

  private static String words(final JsonNode item) {
    final StringBuilder words = new StringBuilder(item.path("role").asText(""));
    words.append(item.path("name").asText("")).append(item.path("arguments").asText(""));
    words.append(item.path("output").asText(""));
    for (final String field : new String[] {"content", "summary"}) {
      final JsonNode parts = item.path(field);
      words.append(parts.isTextual() ? parts.asText() : "");
      parts.forEach(part -> words.append(part.path("text").asText("")));
    }
    return words.toString();
  }

  /** Reads the gaps between what the model says and the next message that is not its own. */
  private static List<Long> stampedGaps(final JsonNode messages) {
    final List<Long> gaps = new ArrayList<>();
    LocalDateTime said = null;
    for (final JsonNode message : messages) {
      final LocalDateTime at;
      try {
        at = LocalDateTime.parse(message.path("timestamp").asText());
      } catch (DateTimeParseException e) {
        return List.of();
      }
      if (message.path("role").asText().equals("assistant")) {
        said = at;
      } else if (said != null) {
        gaps.add(Math.max(0, Duration.between(said, at).toNanos()));
        said = null;
      }
    }
    return gaps;
  }

  private static List<RecordedRollout> withAssumedGaps(final List<RecordedRollout> rollouts) {
    final long[] known =
        rollouts.stream()
            .flatMap(rollout -> rollout.turns().stream())
            .mapToLong(RecordedRollout.Turn::gapNs)
            .filter(gapNs -> gapNs >= 0)
            .sorted()
            .toArray();
    final long medianNs = known.length == 0 ? NS_PER_S : known[known.length / 2];
    return rollouts.stream()
        .map(
            rollout ->
                new RecordedRollout(
                    rollout.id(),
                    rollout.prompt(),
                    rollout.turns().stream()
                        .map(
                            turn ->
                                turn.gapNs() >= 0
                                    ? turn
                                    : new RecordedRollout.Turn(
                                        turn.said(), turn.observed(), medianNs))
                        .toList(),
                    rollout.reward(),
                    rollout.times()))
        .toList();
  }
}
