package dev.coppice.proxy.recorded;

import dev.coppice.proxy.talk.RefusedException;
import dev.coppice.proxy.talk.RefusedException.Kind;
import dev.coppice.trajectory.SamplingSettings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Holds all rollouts, turns and groups there are: what the events came to.
 *
 * @thread the recording's, under its lock.
 */
final class RecordBook {
  private final TalkReader reader;
  private final List<Rollout> rollouts = new ArrayList<>();
  private final Set<Rollout> open = new LinkedHashSet<>();
  private final Map<String, Rollout> named = new HashMap<>();
  private final Map<String, Group> openGroups = new LinkedHashMap<>();
  private final Map<Integer, Group> groups = new HashMap<>();
  private final Map<String, Integer> taskIndex = new HashMap<>();
  private final Map<Integer, Turn> turns = new HashMap<>();
  private int nextTurn;
  private int nextRequest;
  private int nextGroup;

  RecordBook(final TalkReader reader) {
    this.reader = reader;
  }

  /** Holds the rollouts of one task that are compared with each other. */
  static final class Group {
    final int number;
    final String task;
    final int index;
    final List<Rollout> rollouts = new ArrayList<>();
    boolean closed;
    long activeNs;

    Group(final int number, final String task, final int index) {
      this.number = number;
      this.task = task;
      this.index = index;
    }

    SamplingSettings settings() {
      return rollouts.getFirst().begun.settings();
    }

    long roots() {
      return rollouts.stream().filter(rollout -> rollout.origin == null).count();
    }

    boolean isQuiet() {
      return rollouts.stream().allMatch(rollout -> rollout.ending != null);
    }
  }

  /** Applies an event; a turn comes back as it was added. */
  Turn apply(final RecordEvent event) {
    switch (event) {
      case RecordEvent.Began begun -> begin(begun);
      case RecordEvent.TurnSampled sampled -> {
        return add(sampled);
      }
      case RecordEvent.Forked forked -> fork(forked);
      case RecordEvent.Discarded discarded -> discard(discarded);
      case RecordEvent.PathScored scored -> turns.get(scored.turn()).score = scored.score();
      case RecordEvent.RolloutEnded ended -> close(rollouts.get(ended.rollout()), ended);
      case RecordEvent.GroupSealed sealed -> seal(sealed.group());
    }
    return null;
  }

  private void close(final Rollout rollout, final RecordEvent.RolloutEnded ended) {
    rollout.ending = ended.ending();
    open.remove(rollout);
  }

  private void begin(final RecordEvent.Began begun) {
    final String task = begun.name().task();
    final int index = taskIndex.computeIfAbsent(task, name -> taskIndex.size());
    final Group group =
        groups.computeIfAbsent(begun.group(), number -> new Group(number, task, index));
    openGroups.put(task, group);
    nextGroup = Math.max(nextGroup, begun.group() + 1);
    put(new Rollout(begun, begun.name(), begun.rollout(), null), group);
  }

  private void put(final Rollout rollout, final Group group) {
    if (rollout.number() != rollouts.size()) {
      throw new IllegalArgumentException("rollouts are numbered: number=" + rollout.number());
    }
    rollouts.add(rollout);
    open.add(rollout);
    named.put(rollout.name().toString(), rollout);
    group.rollouts.add(rollout);
  }

  private Turn add(final RecordEvent.TurnSampled sampled) {
    final RecordEvent.Place place = sampled.place();
    final Rollout rollout = rollouts.get(place.rollout());
    final Turn parent = place.parent() < 0 ? null : turns.get(place.parent());
    final Turn turn = reader.turn(sampled, parent, rollout);
    turns.put(place.turn(), turn);
    rollout.turns.add(turn);
    rollout.lastFailure = "";
    nextTurn = Math.max(nextTurn, place.turn() + 1);
    nextRequest = Math.max(nextRequest, place.request() + 1);
    return turn;
  }

  private void fork(final RecordEvent.Forked forked) {
    final Rollout origin = rollouts.get(forked.rollout());
    final Group group = groups.get(origin.group());
    origin.forks += forked.children().size();
    origin.shared = true;
    for (int i = 0; i < forked.children().size(); i++) {
      final Rollout child =
          new Rollout(origin.begun, forked.names().get(i), forked.children().get(i), origin);
      child.shared = true;
      put(child, group);
    }
  }

  private void discard(final RecordEvent.Discarded discarded) {
    final Rollout rollout = rollouts.get(discarded.rollout());
    rollout.discarded += discarded.tokens();
    rollout.lastFailure = discarded.failure();
  }

  /** What a sealed group held is in the run folder; names and numbers are remembered. */
  private void seal(final int number) {
    final Group group = groups.remove(number);
    openGroups.remove(group.task, group);
    for (final Rollout rollout : group.rollouts) {
      rollout.turns.forEach(turn -> turns.remove(turn.number()));
      rollout.turns.clear();
    }
    group.rollouts.clear();
  }

  /** Finds a rollout by its name, or null. */
  Rollout find(final RolloutName name) {
    return named.get(name.toString());
  }

  Rollout require(final RolloutName name) {
    final Rollout rollout = find(name);
    if (rollout == null) {
      throw new RefusedException(Kind.NOT_FOUND, "rollout", "no rollout " + name + " has begun");
    }
    return rollout;
  }

  /** Returns the open group of a task, or null. */
  Group openGroup(final String task) {
    return openGroups.get(task);
  }

  Group groupOf(final Rollout rollout) {
    return groups.get(rollout.group());
  }

  Recording.Story story(final Turn last) {
    final List<Map<String, Object>> messages = new ArrayList<>();
    if (last.turned() != null) {
      messages.addAll(last.turned().prompt().context().asked());
      messages.add(last.turned().reply());
    }
    return new Recording.Story(messages, reader.tokenizer().decode(last.path(new int[0])));
  }

  Turn turn(final int number) {
    return turns.get(number);
  }

  List<Group> groups() {
    return List.copyOf(groups.values());
  }

  List<Rollout> openRollouts() {
    return List.copyOf(open);
  }

  int rollouts() {
    return rollouts.size();
  }

  int takeRequest() {
    return nextRequest++;
  }

  int nextGroup() {
    return nextGroup;
  }

  /** Reserves the numbers of turns that a request may make. */
  int takeTurns(final int count) {
    nextTurn += count;
    return nextTurn - count;
  }
}
