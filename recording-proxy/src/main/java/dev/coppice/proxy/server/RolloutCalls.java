package dev.coppice.proxy.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.coppice.proxy.answer.Fields;
import dev.coppice.proxy.recorded.Ending;
import dev.coppice.proxy.recorded.Recording;
import dev.coppice.proxy.recorded.Rollout;
import dev.coppice.proxy.recorded.RolloutName;
import dev.coppice.proxy.strand.SamplingLoop;
import dev.coppice.proxy.talk.RefusedException;
import dev.coppice.proxy.talk.RefusedException.Kind;
import dev.coppice.trajectory.LeafStatus;
import dev.coppice.trajectory.RolloutFailure;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Does what agents ask about their rollouts: reward, end, fail, fork.
 *
 * @thread any.
 */
final class RolloutCalls {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MOST_FORKS = 256;
  private static final long FORGET_MS = 5000;

  private final Recording recording;
  private final SamplingLoop loop;
  private final RolloutScorer scorer;

  RolloutCalls(final Recording recording, final SamplingLoop loop, final RolloutScorer scorer) {
    this.recording = recording;
    this.loop = loop;
    this.scorer = scorer;
  }

  /** Answers {@code POST /coppice/rollouts/NAME/WHAT}. */
  String call(final RolloutName name, final String what, final JsonNode body) {
    return switch (what) {
      case "reward" -> reward(name, new Fields(body));
      case "end" -> end(name, new Fields(body));
      case "fail" -> fail(name, new Fields(body));
      case "fork" -> fork(name, new Fields(body));
      default ->
          throw new RefusedException(
              Kind.NOT_FOUND, null, "a rollout has reward, end, fail and fork, not " + what);
    };
  }

  private String reward(final RolloutName name, final Fields fields) {
    fields.requireKnown(
        Set.of("reward", "components", "answer", "status", "of", "choice"), "reward");
    if (!fields.has("reward")) {
      throw RefusedException.field("reward", "a number is required");
    }
    final Ending.Scored score = score(fields);
    final Rollout rollout = recording.require(name);
    if (fields.has("of")) {
      recording.score(rollout, turn(fields), score);
      return told(rollout.name(), "scored");
    }
    finish(rollout, Ending.of(status(fields), score));
    return told(rollout.name(), "ended");
  }

  private String end(final RolloutName name, final Fields fields) {
    fields.requireKnown(Set.of("status", "answer", "components"), "end");
    final Rollout rollout = recording.require(name);
    final Ending ending = Ending.of(status(fields), score(fields));
    finish(rollout, scorer == null ? ending : scorer.score(recording, rollout, ending));
    return told(rollout.name(), "ended");
  }

  private String fail(final RolloutName name, final Fields fields) {
    fields.requireKnown(Set.of("boundary", "code", "message"), "fail");
    final Rollout rollout = recording.require(name);
    final boolean tool =
        switch (fields.text("boundary", "environment")) {
          case "environment" -> false;
          case "tool" -> true;
          default -> throw RefusedException.field("boundary", "it must be environment or tool");
        };
    final RolloutFailure failure =
        new RolloutFailure(
            tool ? RolloutFailure.Boundary.TOOL : RolloutFailure.Boundary.ENVIRONMENT,
            fields.has("code") ? fields.text("code", "") : "agent_failed",
            fields.text("message", "the agent says it failed"));
    finish(rollout, Ending.failed(failure));
    return told(rollout.name(), "ended");
  }

  /** Ends a rollout with what its paths held of memory. */
  void finish(final Rollout rollout, final Ending ending) {
    long heldNs = 0;
    try {
      heldNs = loop.forget(rollout.number()).get(FORGET_MS, TimeUnit.MILLISECONDS);
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (final ExecutionException | TimeoutException e) {
      // What it held is a figure; the ending counts without it.
      heldNs = 0;
    }
    recording.end(rollout, Ending.holding(ending, heldNs));
    recording.seal(false);
  }

  private String fork(final RolloutName name, final Fields fields) {
    fields.requireKnown(Set.of("n"), "fork");
    final long n =
        fields
            .whole("n", 1, MOST_FORKS)
            .orElseThrow(
                () -> RefusedException.field("n", "a number of continuations is required"));
    final List<RolloutName> names = recording.fork(name, (int) n);
    final ObjectNode answer = JSON.createObjectNode();
    final ArrayNode list = answer.putArray("rollouts");
    names.forEach(fork -> list.add(fork.toString()));
    return answer.toString();
  }

  private static String told(final RolloutName name, final String state) {
    final ObjectNode answer = JSON.createObjectNode();
    answer.put("rollout", name.toString());
    answer.put("state", state);
    return answer.toString();
  }

  /** Finds the turn an answer became: its id ends with the number of its first choice. */
  private static int turn(final Fields fields) {
    final String id = fields.text("of", "");
    final int at = id.lastIndexOf('t');
    final long choice = fields.whole("choice", 0, Integer.MAX_VALUE).orElse(0);
    try {
      return Math.toIntExact(Long.parseLong(id.substring(at + 1)) + choice);
    } catch (final NumberFormatException e) {
      throw RefusedException.field("of", "the id of an answer, such as chatcmpl-t12: " + id);
    }
  }

  private static LeafStatus status(final Fields fields) {
    return switch (fields.text("status", "completed")) {
      case "completed" -> LeafStatus.COMPLETED;
      case "truncated" -> LeafStatus.TRUNCATED;
      default -> throw RefusedException.field("status", "it must be completed or truncated");
    };
  }

  private static Ending.Scored score(final Fields fields) {
    final Map<String, Double> components = new TreeMap<>();
    if (fields.has("components")) {
      final Fields named = new Fields(fields.body().get("components"));
      for (final Map.Entry<String, JsonNode> entry : named.body().properties()) {
        components.put(entry.getKey(), named.number(entry.getKey(), 0));
      }
    }
    final Double reward = fields.has("reward") ? fields.number("reward", 0) : null;
    if (reward != null && !Double.isFinite(reward)) {
      throw RefusedException.field("reward", "it must be finite");
    }
    return new Ending.Scored(reward, components, fields.has("answer") ? answer(fields) : null);
  }

  private static String answer(final Fields fields) {
    final JsonNode answer = fields.body().get("answer");
    try {
      return answer.isTextual() ? answer.asText() : JSON.writeValueAsString(answer);
    } catch (final JsonProcessingException e) {
      throw new IllegalStateException("a node can be written", e);
    }
  }
}
