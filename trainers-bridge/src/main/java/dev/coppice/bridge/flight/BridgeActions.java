package dev.coppice.bridge.flight;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.coppice.bridge.outbox.AckOutcome;
import dev.coppice.bridge.outbox.Outbox;
import dev.coppice.bridge.outbox.OutboxCounts;
import dev.coppice.bridge.outbox.PublishedWeights;
import dev.coppice.bridge.outbox.Submission;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Answers the actions of docs/BRIDGE.md.
 *
 * @thread any.
 */
final class BridgeActions {
  static final String FORMAT = "coppice.bridge/1";

  private final BridgeService service;

  BridgeActions(final BridgeService service) {
    this.service = service;
  }

  /** Answers one action; what it throws becomes a status. */
  byte[] answer(final String action, final byte[] body) throws InterruptedException {
    final RolloutSource source = service.source();
    return switch (action) {
      case "status" -> status(action, body);
      case "submit" ->
          submit(BridgeJson.object(body, action, "request", "tasks", "count", "first"));
      case "ack" -> acknowledge(BridgeJson.object(body, action, "groups"));
      case "want" -> {
        service.outbox().goOn();
        yield status(action, body);
      }
      case "open" -> open(BridgeJson.object(body, action, "groups"));
      case "lessons" -> lessons(BridgeJson.object(body, action, "groups"));
      case "learn" -> learn(BridgeJson.object(body, action, "lessons"));
      case "pause" -> {
        source.pause();
        yield status(action, body);
      }
      case "resume" -> {
        source.resume();
        yield status(action, body);
      }
      case "publish" ->
          publish(BridgeJson.object(body, action, "folder", "version", "sha256", "groups"));
      case "shutdown" -> {
        BridgeJson.object(body, action);
        source.shutdown();
        yield BridgeJson.bytes(BridgeJson.newObject());
      }
      default ->
          throw new IllegalArgumentException(
              "unknown action \""
                  + action
                  + "\"; there are status, submit, ack, open, want, lessons, learn, pause, resume, publish"
                  + " and shutdown");
    };
  }

  private byte[] status(final String action, final byte[] body) {
    BridgeJson.object(body, action);
    final RolloutSource source = service.source();
    final String paused = source.pauseReason();
    final ObjectNode answer = BridgeJson.newObject();
    answer.put("format", FORMAT);
    answer.put("run", source.run());
    answer.put("model", source.model());
    answer.put("policy_version", source.policyVersion());
    answer.put("paused", !paused.isEmpty());
    answer.put("paused_because", paused);
    answer.put("staleness", service.limits().staleness());
    answer.put("batch", service.limits().batch());
    answer.put("may_issue", paused.isEmpty() ? service.outbox().mayIssue() : 0);
    answer.put("tasks", source.taskCount());
    answer.put("learns", source.learner());
    answer.put("learn_behind", source.learnBehind());
    answer.put("arrow_bytes", service.allocatedBytes());
    final ObjectNode header = answer.putObject("header");
    service.segments().metadata().forEach(header::put);
    putCounts(answer.putObject("counts"), service.outbox().counts());
    final ObjectNode engine = answer.putObject("engine");
    source.counters().forEach(engine::put);
    return BridgeJson.bytes(answer);
  }

  private static void putCounts(final ObjectNode to, final OutboxCounts counts) {
    to.put("submitted", counts.submitted());
    to.put("queued", counts.queued());
    to.put("issued", counts.issued());
    to.put("in_flight", counts.inFlight());
    to.put("sealed", counts.sealed());
    to.put("offered", counts.offered());
    to.put("acknowledged", counts.acknowledged());
    final ObjectNode dropped = to.putObject("dropped");
    counts.dropped().forEach(dropped::put);
    final ObjectNode quarantined = to.putObject("quarantined");
    counts.quarantined().forEach(quarantined::put);
  }

  private byte[] submit(final JsonNode body) {
    final String request = BridgeJson.text(body, "submit", "request");
    if (body.has("tasks") == body.has("count")) {
      throw new IllegalArgumentException("submit: give either tasks or count");
    }
    final int taskCount = service.source().taskCount();
    final Submission submission;
    if (body.has("first") && body.has("count")) {
      throw new IllegalArgumentException("submit: first goes with tasks, not with count");
    }
    if (body.has("count")) {
      final JsonNode count = body.path("count");
      if (!count.isInt() || count.asInt() < 1 || count.asInt() > Outbox.MAX_REQUEST_GROUPS) {
        throw new IllegalArgumentException(
            "submit: count must be 1 to " + Outbox.MAX_REQUEST_GROUPS + ", not " + count);
      }
      submission = service.outbox().submitNext(request, count.asInt(), taskCount);
    } else {
      final List<Long> tasks = BridgeJson.numbers(body, "submit", "tasks");
      for (final long task : tasks) {
        if (task < 0 || task >= taskCount) {
          throw new IllegalArgumentException(
              "submit: there are tasks 0 to " + (taskCount - 1) + ", not " + task);
        }
      }
      final List<Integer> places = tasks.stream().map(Long::intValue).toList();
      submission =
          body.has("first")
              ? service.outbox().submitAs(request, first(body, places.size()), places)
              : service.outbox().submit(request, places);
    }
    final ObjectNode answer = BridgeJson.newObject();
    final var groups = answer.putArray("groups");
    for (int i = 0; i < submission.count(); i++) {
      groups.add(submission.first() + i);
    }
    answer.put("repeated", submission.repeated());
    return BridgeJson.bytes(answer);
  }

  /** Reads the number that somebody else gave the first group, as a fleet does. */
  private long first(final JsonNode body, final int count) {
    final String learner = service.source().learner();
    if (!learner.isEmpty() && service.source().learnBehind() == 0) {
      throw new IllegalArgumentException(
          "submit: "
              + learner
              + " learns from earlier groups in their order, so groups cannot be numbered with"
              + " first; set bridge.learn-behind, the same on every engine, and pass lessons on");
    }
    final JsonNode first = body.path("first");
    if (!first.canConvertToInt()
        || !first.isIntegralNumber()
        || first.asInt() < 0
        || first.asLong() + count > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "submit: first must be a whole number from 0, and all numbers below 2^31, not " + first);
    }
    return first.asLong();
  }

  private byte[] acknowledge(final JsonNode body) {
    return BridgeJson.bytes(acknowledged(BridgeJson.numbers(body, "ack", "groups")));
  }

  private ObjectNode acknowledged(final List<Long> groups) {
    final AckOutcome outcome = service.outbox().acknowledge(groups);
    service.cleanUp();
    final ObjectNode answer = BridgeJson.newObject();
    answer.put("acknowledged", outcome.acknowledged());
    answer.put("already", outcome.already());
    final var unknown = answer.putArray("unknown");
    outcome.unknown().forEach(unknown::add);
    return answer;
  }

  /** Says which of some groups have not ended: what is neither here nor delivered was dropped. */
  private byte[] open(final JsonNode body) {
    final ObjectNode answer = BridgeJson.newObject();
    final var open = answer.putArray("open");
    service
        .outbox()
        .openAmong(BridgeJson.numbers(body, "open", "groups"))
        .forEach(group -> open.add((long) group));
    return BridgeJson.bytes(answer);
  }

  private byte[] lessons(final JsonNode body) {
    final List<Long> groups = BridgeJson.numbers(body, "lessons", "groups");
    final Map<Long, String> found = service.source().lessons(groups);
    final ObjectNode answer = BridgeJson.newObject();
    final var lessons = answer.putArray("lessons");
    found.values().forEach(lesson -> lessons.add(BridgeJson.any(lesson, "lessons")));
    final var unknown = answer.putArray("unknown");
    groups.stream()
        .filter(group -> !found.containsKey(group))
        .forEach(group -> unknown.add((long) group));
    return BridgeJson.bytes(answer);
  }

  private byte[] learn(final JsonNode body) {
    final JsonNode list = body.path("lessons");
    if (!list.isArray()) {
      throw new IllegalArgumentException("learn: lessons must be a list of lessons");
    }
    final List<String> lessons = new ArrayList<>(list.size());
    list.forEach(lesson -> lessons.add(lesson.toString()));
    final int fresh = service.source().learn(lessons);
    final ObjectNode answer = BridgeJson.newObject();
    answer.put("learned", fresh);
    answer.put("already", lessons.size() - fresh);
    return BridgeJson.bytes(answer);
  }

  private byte[] publish(final JsonNode body) throws InterruptedException {
    final JsonNode version = body.path("version");
    if (!version.isInt()) {
      throw new IllegalArgumentException("publish: version must be a whole number");
    }
    final PublishedWeights weights =
        new PublishedWeights(
            version.asInt(),
            BridgeJson.text(body, "publish", "folder"),
            BridgeJson.text(body, "publish", "sha256"));
    final List<Long> trained =
        body.has("groups") ? BridgeJson.numbers(body, "publish", "groups") : List.of();
    service.source().publish(weights);
    final ObjectNode answer = trained.isEmpty() ? BridgeJson.newObject() : acknowledged(trained);
    service.outbox().goOn(); // The acknowledgement makes room under the new weights.
    answer.put("policy_version", service.source().policyVersion());
    return BridgeJson.bytes(answer);
  }
}
