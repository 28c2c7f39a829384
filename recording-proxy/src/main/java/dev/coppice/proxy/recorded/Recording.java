package dev.coppice.proxy.recorded;

import dev.coppice.proxy.strand.Strand;
import dev.coppice.proxy.talk.RefusedException;
import dev.coppice.proxy.talk.RefusedException.Kind;
import dev.coppice.rollout.GroupResult;
import dev.coppice.trajectory.RolloutFailure;
import dev.coppice.trajectory.SamplingSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Records what agents do, ends those that vanish, and hands out groups that are whole.
 *
 * <p>A group is whole when all its rollouts have ended and it has as many as it shall have, or
 * somebody closed it, or nothing happened to it for long.
 *
 * @thread any; one lock.
 */
public final class Recording {
  private final Rules rules;
  private final RecordLog log;
  private final GroupSink sink;
  private final TreeMaker trees;
  private final LongSupplier clockNs;
  private final RecordBook book;

  /**
   * Says what is a group, and when somebody is taken for gone.
   *
   * @param run the name of the run, as agents know it.
   * @param treeRun the name of the run in trees.
   * @param groupSize rollouts a group has before it is whole; forks do not count.
   * @param rolloutDeadlineNs without a request, after which an agent has vanished.
   * @param groupDeadlineNs without an open rollout, after which a group is whole as it is.
   */
  public record Rules(
      String run, String treeRun, int groupSize, long rolloutDeadlineNs, long groupDeadlineNs) {}

  /**
   * Makes a recording.
   *
   * @param rules of groups.
   * @param log of events.
   * @param sink of whole groups.
   * @param reader of turns.
   * @param clockNs of deadlines.
   */
  public Recording(
      final Rules rules,
      final RecordLog log,
      final GroupSink sink,
      final TalkReader reader,
      final LongSupplier clockNs) {
    this.rules = rules;
    this.log = log;
    this.sink = sink;
    this.clockNs = clockNs;
    this.book = new RecordBook(reader);
    this.trees = new TreeMaker(rules.treeRun());
  }

  /**
   * Takes an event that an earlier process kept.
   *
   * @param event in the order of the log.
   */
  public synchronized void restore(final RecordEvent event) {
    book.apply(event);
    if (event instanceof RecordEvent.Began) {
      touch();
    }
  }

  /**
   * Takes an event of a run that has ended, and hands a group out again where the log seals it.
   *
   * @param event in the order of the log; nothing is recorded.
   */
  public synchronized void replay(final RecordEvent event) {
    if (event instanceof RecordEvent.GroupSealed sealed) {
      for (final RecordBook.Group group : book.groups()) {
        if (group.number == sealed.group()) {
          handOut(group);
        }
      }
    }
    book.apply(event);
  }

  private void handOut(final RecordBook.Group group) {
    final GroupResult result = trees.make(group);
    if (!result.group().trees().isEmpty()) {
      sink.take(result);
    }
  }

  private void touch() {
    final long now = clockNs.getAsLong();
    book.openRollouts().forEach(rollout -> rollout.activeNs = now);
    book.groups().forEach(group -> group.activeNs = now);
  }

  private Turn happen(final RecordEvent event) {
    log.append(event);
    return book.apply(event);
  }

  /**
   * Finds a rollout, or begins it.
   *
   * @param name of the rollout.
   * @param input of the task as JSON, where the rollout begins.
   * @param settings it is to be sampled with.
   * @return the open rollout.
   * @throws RefusedException if it has ended, or its group draws otherwise.
   */
  public synchronized Rollout open(
      final RolloutName name, final String input, final SamplingSettings settings) {
    final RolloutName full = name.in(rules.run());
    Rollout rollout = book.find(full);
    if (rollout == null) {
      RecordBook.Group group = book.openGroup(full.task());
      if (group != null && (group.closed || group.roots() >= rules.groupSize())) {
        group = null;
      }
      if (group != null) {
        requireSame(group.settings(), settings);
      }
      final int number = group == null ? book.nextGroup() : group.number;
      happen(new RecordEvent.Began(book.rollouts(), number, full, input, settings));
      rollout = book.find(full);
    }
    requireOpen(rollout);
    requireSame(rollout.begun.settings(), settings);
    active(rollout);
    return rollout;
  }

  private static void requireSame(final SamplingSettings first, final SamplingSettings now) {
    if (!first.equals(now)) {
      throw RefusedException.field(
          "temperature",
          "all requests of a group draw from one distribution, and its first drew from "
              + first
              + ", not "
              + now
              + "; leave the settings out, or set proxy.sampling = \"run\"");
    }
  }

  private static void requireOpen(final Rollout rollout) {
    if (rollout.ending != null) {
      throw new RefusedException(
          Kind.CONFLICT,
          "rollout",
          "the rollout has ended: "
              + rollout.name()
              + " status="
              + rollout.ending.status().wireName()
              + "; begin another under a new name");
    }
  }

  private void active(final Rollout rollout) {
    rollout.activeNs = clockNs.getAsLong();
    book.groupOf(rollout).activeNs = rollout.activeNs;
  }

  /**
   * Lists the turns that the next request of a rollout may go on from.
   *
   * @param rollout that asks.
   * @return newest first.
   */
  public synchronized List<Turn> turns(final Rollout rollout) {
    return rollout.visible();
  }

  /**
   * Says whether others may go on from the turns of a rollout too.
   *
   * @param rollout that asks.
   * @return true after a fork.
   */
  public synchronized boolean isShared(final Rollout rollout) {
    return rollout.shared;
  }

  /**
   * Notes that a request is under way, so that its rollout is not taken for gone.
   *
   * @param rollout that asks.
   * @return the number of the request.
   */
  public synchronized int begin(final Rollout rollout) {
    requireOpen(rollout);
    rollout.inFlight++;
    return book.takeRequest();
  }

  /**
   * Notes that a request is over, however it ended.
   *
   * @param rollout that asked.
   */
  public synchronized void end(final Rollout rollout) {
    rollout.inFlight--;
    if (rollout.ending == null) {
      active(rollout);
    }
  }

  /**
   * Says how long a rollout has been left alone.
   *
   * @param rollout that asks.
   * @return microseconds since its last request ended.
   */
  public synchronized long waitedUs(final Rollout rollout) {
    return (clockNs.getAsLong() - rollout.activeNs) / 1000;
  }

  /**
   * Reserves the numbers of the turns a request makes.
   *
   * @param count of them.
   * @return the first of as many numbers in a row.
   */
  public synchronized int takeTurns(final int count) {
    return book.takeTurns(count);
  }

  /**
   * Records a turn.
   *
   * @param event of it.
   * @param strand where the runner knows its path, or null.
   * @return the turn.
   * @throws RefusedException if the rollout ended meanwhile.
   */
  public synchronized Turn sampled(final RecordEvent.TurnSampled event, final Strand strand) {
    final Turn parent = book.turn(event.place().parent());
    if (event.place().parent() >= 0 && parent == null) {
      throw new RefusedException(Kind.CONFLICT, "rollout", "the rollout has ended meanwhile");
    }
    final Turn turn = happen(event);
    turn.strand(strand);
    return turn;
  }

  /**
   * Records tokens that were computed for nothing.
   *
   * @param rollout that asked.
   * @param tokens computed.
   * @param failure of the model, or empty.
   */
  public synchronized void discarded(
      final Rollout rollout, final long tokens, final String failure) {
    if (rollout.ending == null && (tokens > 0 || !failure.isEmpty())) {
      happen(new RecordEvent.Discarded(rollout.number(), tokens, failure));
    }
  }

  /**
   * Forks a rollout where it stands.
   *
   * @param name of the rollout.
   * @param continuations wanted, the rollout itself among them.
   * @return their names, the rollout's own first.
   */
  public synchronized List<RolloutName> fork(final RolloutName name, final int continuations) {
    final Rollout rollout = book.require(name.in(rules.run()));
    requireOpen(rollout);
    if (rollout.inFlight > 0) {
      throw new RefusedException(
          Kind.CONFLICT, "rollout", "a request of the rollout is under way: " + rollout.name());
    }
    final List<RolloutName> all = new ArrayList<>(List.of(rollout.name()));
    final List<Integer> numbers = new ArrayList<>();
    int suffix = rollout.forks;
    while (all.size() < continuations) {
      final RolloutName child =
          new RolloutName(
              rules.run(), rollout.name().task(), rollout.name().rollout() + "." + ++suffix);
      if (book.find(child) == null) {
        numbers.add(book.rollouts() + numbers.size());
        all.add(child);
      }
    }
    if (!numbers.isEmpty()) {
      happen(
          new RecordEvent.Forked(
              rollout.number(), numbers, List.copyOf(all.subList(1, all.size()))));
      touchFamily(rollout);
    }
    return all;
  }

  private void touchFamily(final Rollout rollout) {
    for (final Rollout other : book.groupOf(rollout).rollouts) {
      if (other.ending == null && other.root() == rollout.root()) {
        active(other);
      }
    }
  }

  /**
   * Finds an open rollout by its name.
   *
   * @param name of the rollout.
   * @return the rollout.
   * @throws RefusedException if there is none, or it has ended.
   */
  public synchronized Rollout require(final RolloutName name) {
    final Rollout rollout = book.require(name.in(rules.run()));
    requireOpen(rollout);
    active(rollout);
    return rollout;
  }

  /**
   * Gives one path of a rollout a reward of its own.
   *
   * @param rollout of the path.
   * @param turn the number of the turn that ends it.
   * @param score of the path.
   */
  public synchronized void score(final Rollout rollout, final int turn, final Ending.Scored score) {
    requireOpen(rollout);
    final Turn scored = book.turn(turn);
    if (scored == null || scored.rollout != rollout) {
      throw RefusedException.field("turn", "the rollout has no turn " + turn);
    }
    happen(new RecordEvent.PathScored(turn, score));
  }

  /**
   * Ends a rollout.
   *
   * @param rollout to end.
   * @param ending of it.
   */
  public synchronized void end(final Rollout rollout, final Ending ending) {
    requireOpen(rollout);
    happen(new RecordEvent.RolloutEnded(rollout.number(), ending));
    book.groupOf(rollout).activeNs = clockNs.getAsLong();
  }

  /**
   * Lists the rollouts whose agents have vanished.
   *
   * @return open rollouts without a request for too long, each with what it ends as.
   */
  public synchronized List<Gone> gone() {
    final long now = clockNs.getAsLong();
    final List<Gone> gone = new ArrayList<>();
    for (final Rollout rollout : book.openRollouts()) {
      if (rollout.inFlight == 0 && now - rollout.activeNs > rules.rolloutDeadlineNs()) {
        gone.add(new Gone(rollout, Ending.failed(vanished(rollout))));
      }
    }
    return gone;
  }

  /**
   * Names a rollout whose agent has vanished.
   *
   * @param rollout to end.
   * @param ending it ends with.
   */
  public record Gone(Rollout rollout, Ending ending) {}

  private RolloutFailure vanished(final Rollout rollout) {
    final long seconds = rules.rolloutDeadlineNs() / 1_000_000_000;
    return rollout.lastFailure.isEmpty()
        ? new RolloutFailure(
            RolloutFailure.Boundary.ENVIRONMENT,
            "agent_vanished",
            "the agent sent nothing for " + seconds + " s")
        : new RolloutFailure(
            RolloutFailure.Boundary.BACKEND,
            "no_answer",
            "the agent gave up after the model failed: " + rollout.lastFailure);
  }

  /**
   * Closes the open group of a task: it is whole once its rollouts have ended.
   *
   * @param task the name of the task.
   * @throws RefusedException if the task has no open group.
   */
  public synchronized void close(final String task) {
    final RecordBook.Group group = book.openGroup(task);
    if (group == null) {
      throw new RefusedException(Kind.NOT_FOUND, "task", "the task has no open group: " + task);
    }
    group.closed = true;
  }

  /**
   * Hands out the groups that are whole.
   *
   * @param ending whether nothing more will come in this process: then a group without an open
   *     rollout is whole.
   * @return the number of groups handed out.
   */
  public synchronized int seal(final boolean ending) {
    int sealed = 0;
    for (final RecordBook.Group group : book.groups()) {
      if (group.isQuiet() && (ending || isWhole(group))) {
        handOut(group);
        happen(new RecordEvent.GroupSealed(group.number));
        log.force();
        sealed++;
      }
    }
    return sealed;
  }

  private boolean isWhole(final RecordBook.Group group) {
    return group.closed
        || group.roots() >= rules.groupSize()
        || clockNs.getAsLong() - group.activeNs > rules.groupDeadlineNs();
  }

  /**
   * Tells what happened last in a rollout.
   *
   * @param rollout that ends.
   * @return its last conversation; empty where it never got an answer.
   */
  public synchronized Story story(final Rollout rollout) {
    final Turn last = rollout.lastTurn();
    return last == null ? new Story(List.of(), "") : book.story(last);
  }

  /**
   * Holds a conversation.
   *
   * @param messages of it, the last answer among them; empty where it was a bare text.
   * @param text of all its tokens.
   */
  public record Story(List<Map<String, Object>> messages, String text) {}

  /**
   * Counts what there is.
   *
   * @return the counts now.
   */
  public synchronized Counts counts() {
    return new Counts(book.rollouts(), book.openRollouts().size(), book.groups().size());
  }

  /**
   * Holds counts.
   *
   * @param rollouts begun in all.
   * @param open of them.
   * @param groups that are not in the run folder yet.
   */
  public record Counts(int rollouts, int open, long groups) {}
}
