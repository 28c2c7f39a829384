package dev.coppice.eventlog;

import dev.coppice.allocation.GroupOutcome;
import dev.coppice.core.Event;
import dev.coppice.episode.EpisodePlan;
import dev.coppice.episode.Provenance;
import dev.coppice.episode.Score;
import dev.coppice.model.Draws;
import dev.coppice.model.Quotes;
import dev.coppice.rollout.GroupRequest;
import dev.coppice.trajectory.RolloutFailure;
import dev.coppice.trajectory.Task;
import dev.coppice.trajectory.Task.RuntimeContract;
import dev.coppice.trajectory.ToolCall;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes events as bytes and reads them back; everything is little-endian.
 *
 * <p>{@link EventDescriptor} has the layout of every event.
 *
 * @thread one at a time.
 */
public final class EventCodec {
  private EventCodec() {}

  /**
   * Writes an event.
   *
   * @param event to write.
   * @param to the bytes, overwritten.
   * @return the type of the event.
   */
  public static int encode(final Event event, final EventBytes to) {
    to.rewind();
    return switch (event) {
      case Event.GroupOffered offered -> offered(offered, to);
      case Event.GroupRestored restored -> {
        request(restored.request(), to);
        restored(restored.outcome(), to);
        yield EventDescriptor.RESTORED;
      }
      case Event.LessonTaken lesson -> {
        to.putLong(lesson.number());
        to.putByte(lesson.outcome() == null ? 0 : 1);
        if (lesson.outcome() != null) {
          to.putInt(lesson.outcome().task());
          restored(lesson.outcome(), to);
        }
        yield EventDescriptor.LESSON;
      }
      case Event.Quoted quoted -> quoted(quoted, to);
      case Event.Drawn drawn -> drawn(drawn, to);
      case Event.WorkExpired expired -> {
        to.putInt(expired.branch());
        to.putInt(expired.ticket());
        to.putLong(expired.waitedNs());
        yield EventDescriptor.WORK_EXPIRED;
      }
      case Event.CallDone done -> callDone(done, to);
      case Event.Scored scored -> scored(scored, to);
      case Event.WeightsSwapped swapped -> {
        to.putLong(swapped.nowNs());
        to.putInt(swapped.version());
        yield EventDescriptor.WEIGHTS_SWAPPED;
      }
    };
  }

  private static void request(final GroupRequest request, final EventBytes to) {
    to.putString(request.id());
    to.putInt(request.index());
    to.putInt(request.taskIndex());
  }

  private static void restored(final GroupOutcome outcome, final EventBytes to) {
    to.putLong(outcome.computedTokens());
    to.putInt(outcome.trees().size());
    for (final GroupOutcome.Tree tree : outcome.trees()) {
      to.putInt(tree.draws());
      to.putLong(tree.rewards().scored());
      to.putDouble(tree.rewards().sum());
      to.putDouble(tree.rewards().squareSum());
      to.putLong(tree.trunkTokens());
      to.putLong(tree.tokens());
      to.putLong(tree.computedTokens());
    }
    for (final GroupOutcome.Tree tree : outcome.trees()) {
      to.putInt(tree.sharesByForks().size());
      tree.sharesByForks().forEach(to::putDouble);
    }
  }

  private static int offered(final Event.GroupOffered offered, final EventBytes to) {
    request(offered.request(), to);
    to.putString(offered.task().id());
    to.putString(offered.task().input());
    to.putByte(offered.task().contract().code());
    to.putTokens(offered.prompt());
    to.putInt(offered.plan().decisionTurn());
    to.putInt(offered.plan().typicalTurns());
    to.putString(offered.digest());
    failure(offered.failure(), to);
    return EventDescriptor.OFFERED;
  }

  private static int quoted(final Event.Quoted quoted, final EventBytes to) {
    final Quotes quotes = quoted.quotes();
    to.putLong(quoted.nowNs());
    to.putInt(quotes.rows());
    boolean ofServer = false;
    for (int row = 0; row < quotes.rows(); row++) {
      ofServer |= quotes.again(row) != 0;
    }
    for (int row = 0; row < quotes.rows(); row++) {
      to.putInt(quotes.branch(row));
      to.putInt(quotes.ticket(row));
      to.putInt(quotes.cached(row));
      to.putInt(quotes.computes(row));
      to.putInt(quotes.samples(row));
      if (ofServer) {
        to.putInt(quotes.again(row));
      }
    }
    return ofServer ? EventDescriptor.QUOTED_BY_SERVER : EventDescriptor.QUOTED;
  }

  private static int drawn(final Event.Drawn drawn, final EventBytes to) {
    final Draws draws = drawn.draws();
    final boolean tellsKept = draws.tellsKept();
    to.putLong(drawn.nowNs());
    to.putInt(draws.rows());
    boolean ofServer = false;
    for (int row = 0; row < draws.rows(); row++) {
      ofServer |= draws.isApart(row) || draws.again(row) != 0 || draws.wasted(row) != 0;
    }
    for (int row = 0; row < draws.rows(); row++) {
      to.putInt(draws.branch(row));
      to.putInt(draws.ticket(row));
      to.putInt(draws.version(row));
      to.putInt(draws.cached(row));
      to.putFloat(draws.entropy(row));
      failure(draws.failure(row), to);
      if (ofServer) {
        to.putInt(draws.again(row));
        to.putInt(draws.wasted(row));
        to.putInt(draws.isApart(row) ? 1 : 0);
      }
      to.putInt(draws.count(row));
      for (int draw = 0; draw < draws.count(row); draw++) {
        draw(draws, row, draw, tellsKept, to);
      }
    }
    return drawnType(tellsKept, ofServer);
  }

  private static int drawnType(final boolean tellsKept, final boolean ofServer) {
    if (ofServer) {
      return tellsKept ? EventDescriptor.DRAWN_KEPT_BY_SERVER : EventDescriptor.DRAWN_BY_SERVER;
    }
    return tellsKept ? EventDescriptor.DRAWN_KEPT : EventDescriptor.DRAWN;
  }

  private static void draw(
      final Draws draws,
      final int row,
      final int draw,
      final boolean tellsKept,
      final EventBytes to) {
    final int length = draws.length(row, draw);
    to.putInt(length);
    for (int i = 0; i < length; i++) {
      to.putInt(draws.token(row, draw, i));
      to.putFloat(draws.logprob(row, draw, i));
      if (tellsKept) {
        kept(draws.keptAt(draws.start(row, draw) + i), to);
      }
    }
  }

  private static void kept(final int[] ids, final EventBytes to) {
    if (ids == null) {
      to.putInt(-1);
    } else {
      to.putTokens(ids);
    }
  }

  private static int callDone(final Event.CallDone done, final EventBytes to) {
    ticket(done.ticket(), to);
    outcome(done.outcomes().getFirst(), to);
    to.putTokens(done.observation());
    to.putByte(done.over() ? 1 : 0);
    to.putDouble(done.stepReward());
    to.putString(done.digest());
    failure(done.failure(), to);
    // Behind the rest, where journals of turns of one call end.
    if (done.outcomes().size() > 1) {
      to.putInt(done.outcomes().size() - 1);
      done.outcomes().subList(1, done.outcomes().size()).forEach(outcome -> outcome(outcome, to));
    }
    return EventDescriptor.CALL_DONE;
  }

  private static void outcome(final Event.CallOutcome outcome, final EventBytes to) {
    to.putString(outcome.tool());
    to.putString(outcome.arguments());
    to.putByte(outcome.status().code());
    to.putByte(outcome.correct() == null ? 0 : outcome.correct() ? 2 : 1);
    to.putLong(outcome.latencyUs());
    to.putByte(outcome.provenance().code());
  }

  private static int scored(final Event.Scored scored, final EventBytes to) {
    ticket(scored.ticket(), to);
    to.putDouble(scored.score().reward());
    to.putInt(scored.score().components().size());
    for (final Map.Entry<String, Double> entry : scored.score().components().entrySet()) {
      to.putString(entry.getKey());
      to.putDouble(entry.getValue());
    }
    to.putString(scored.score().answer());
    failure(scored.failure(), to);
    return EventDescriptor.SCORED;
  }

  private static void ticket(final Event.Ticket ticket, final EventBytes to) {
    to.putInt(ticket.branch());
    to.putInt(ticket.sequence());
  }

  private static void failure(final RolloutFailure failure, final EventBytes to) {
    to.putByte(failure == null ? -1 : failure.boundary().code());
    if (failure != null) {
      to.putString(failure.code());
      to.putString(failure.message());
    }
  }

  /**
   * Reads an event back.
   *
   * @param type of the event.
   * @param from its bytes.
   * @return the event.
   * @throws IllegalArgumentException if the bytes are not an event.
   */
  public static Event decode(final int type, final EventBytes from) {
    return switch (type) {
      case EventDescriptor.OFFERED ->
          new Event.GroupOffered(
              request(from),
              new Task(from.getString(), from.getString(), RuntimeContract.ofCode(from.getByte())),
              from.getTokens(),
              new EpisodePlan(from.getInt(), from.getInt()),
              from.getString(),
              failure(from));
      case EventDescriptor.RESTORED -> {
        final GroupRequest request = request(from);
        yield new Event.GroupRestored(request, outcome(request.taskIndex(), from));
      }
      case EventDescriptor.LESSON ->
          new Event.LessonTaken(
              from.getLong(), from.getByte() == 0 ? null : outcome(from.getInt(), from));
      case EventDescriptor.QUOTED, EventDescriptor.QUOTED_BY_SERVER ->
          quoted(from, type == EventDescriptor.QUOTED_BY_SERVER);
      case EventDescriptor.DRAWN -> drawn(from, false, false);
      case EventDescriptor.DRAWN_KEPT -> drawn(from, true, false);
      case EventDescriptor.DRAWN_BY_SERVER -> drawn(from, false, true);
      case EventDescriptor.DRAWN_KEPT_BY_SERVER -> drawn(from, true, true);
      case EventDescriptor.WORK_EXPIRED ->
          new Event.WorkExpired(from.getInt(), from.getInt(), from.getLong());
      case EventDescriptor.CALL_DONE -> callDone(from);
      case EventDescriptor.SCORED -> scored(from);
      case EventDescriptor.WEIGHTS_SWAPPED ->
          new Event.WeightsSwapped(from.getLong(), from.getInt());
      default -> throw new IllegalArgumentException("unknown event type: type=" + type);
    };
  }

  private static GroupOutcome outcome(final int task, final EventBytes from) {
    final long computedTokens = from.getLong();
    final List<GroupOutcome.Tree> trees = new ArrayList<>();
    final int count = from.getInt();
    // Journals written before groups learned from each other end here.
    final boolean isOld = from.isAtEnd();
    for (int tree = 0; tree < count; tree++) {
      trees.add(
          isOld
              ? unknown(computedTokens / count + (tree == 0 ? computedTokens % count : 0))
              : new GroupOutcome.Tree(
                  from.getInt(),
                  new GroupOutcome.Rewards(from.getLong(), from.getDouble(), from.getDouble()),
                  from.getLong(),
                  from.getLong(),
                  from.getLong()));
    }
    if (!from.isAtEnd()) {
      trees.replaceAll(tree -> withForks(tree, from));
    }
    final GroupOutcome outcome = new GroupOutcome(task, trees);
    if (outcome.computedTokens() != computedTokens) {
      throw new IllegalArgumentException(
          "the trees of a restored group do not cost what the group did: task="
              + task
              + " computed="
              + computedTokens
              + " of trees="
              + outcome.computedTokens());
    }
    return outcome;
  }

  private static GroupOutcome.Tree withForks(final GroupOutcome.Tree tree, final EventBytes from) {
    final List<Double> shares = new ArrayList<>();
    for (int forks = from.getInt(); forks > 0; forks--) {
      shares.add(from.getDouble());
    }
    return new GroupOutcome.Tree(
        tree.draws(),
        tree.rewards(),
        tree.trunkTokens(),
        tree.tokens(),
        tree.computedTokens(),
        shares);
  }

  private static GroupOutcome.Tree unknown(final long computedTokens) {
    return new GroupOutcome.Tree(1, new GroupOutcome.Rewards(0, 0, 0), 0, 0, computedTokens);
  }

  private static GroupRequest request(final EventBytes from) {
    return new GroupRequest(from.getString(), from.getInt(), from.getInt());
  }

  private static Event.Ticket ticket(final EventBytes from) {
    return new Event.Ticket(from.getInt(), from.getInt());
  }

  private static Event quoted(final EventBytes from, final boolean ofServer) {
    final long nowNs = from.getLong();
    final int rows = from.getInt();
    final Quotes quotes = new Quotes();
    for (int row = 0; row < rows; row++) {
      quotes.add(from.getInt(), from.getInt(), from.getInt(), from.getInt(), from.getInt());
      quotes.computesAgain(ofServer ? from.getInt() : 0);
    }
    return new Event.Quoted(nowNs, quotes);
  }

  private static Event drawn(
      final EventBytes from, final boolean tellsKept, final boolean ofServer) {
    final long nowNs = from.getLong();
    final int rows = from.getInt();
    final Draws draws = new Draws();
    for (int row = 0; row < rows; row++) {
      draws.beginRow(from.getInt(), from.getInt(), from.getInt());
      draws.foundCached(from.getInt());
      draws.entropy(from.getFloat());
      draws.fail(failure(from));
      if (ofServer) {
        extras(draws, from);
      }
      final int count = from.getInt();
      for (int draw = 0; draw < count; draw++) {
        draws.beginDraw();
        final int length = from.getInt();
        for (int i = 0; i < length; i++) {
          draws.add(from.getInt(), from.getFloat());
          if (tellsKept) {
            readKept(draws, from);
          }
        }
      }
    }
    return new Event.Drawn(nowNs, draws);
  }

  private static void extras(final Draws draws, final EventBytes from) {
    draws.costMore(from.getInt(), from.getInt());
    if (from.getInt() != 0) {
      draws.drawnApart();
    }
  }

  private static void readKept(final Draws draws, final EventBytes from) {
    final int count = from.getInt();
    if (count >= 0) {
      final int[] ids = new int[count];
      for (int i = 0; i < count; i++) {
        ids[i] = from.getInt();
      }
      draws.kept(ids);
    }
  }

  private static Event callDone(final EventBytes from) {
    final Event.Ticket ticket = ticket(from);
    final List<Event.CallOutcome> outcomes = new ArrayList<>();
    outcomes.add(outcome(from));
    final int[] observation = from.getTokens();
    final boolean over = from.getByte() == 1;
    final double stepReward = from.getDouble();
    final String digest = from.getString();
    final RolloutFailure failure = failure(from);
    final int others = from.isAtEnd() ? 0 : from.getInt();
    for (int i = 0; i < others; i++) {
      outcomes.add(outcome(from));
    }
    return new Event.CallDone(ticket, outcomes, observation, over, stepReward, digest, failure);
  }

  private static Event.CallOutcome outcome(final EventBytes from) {
    final String tool = from.getString();
    final String arguments = from.getString();
    final ToolCall.Status status = ToolCall.Status.ofCode(from.getByte());
    final int correct = from.getByte();
    return new Event.CallOutcome(
        tool,
        arguments,
        status,
        correct == 0 ? null : correct == 2,
        from.getLong(),
        Provenance.ofCode(from.getByte()));
  }

  private static Event scored(final EventBytes from) {
    final Event.Ticket ticket = ticket(from);
    final double reward = from.getDouble();
    final int size = from.getInt();
    final Map<String, Double> components = new LinkedHashMap<>();
    for (int i = 0; i < size; i++) {
      components.put(from.getString(), from.getDouble());
    }
    final Score score = new Score(reward, components, from.getString());
    return new Event.Scored(ticket, score, failure(from));
  }

  private static RolloutFailure failure(final EventBytes from) {
    final int boundary = from.getByte();
    return boundary < 0
        ? null
        : new RolloutFailure(
            RolloutFailure.Boundary.ofCode(boundary), from.getString(), from.getString());
  }
}
