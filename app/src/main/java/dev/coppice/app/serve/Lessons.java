package dev.coppice.app.serve;

import dev.coppice.app.advantage.CreditInOrder;
import dev.coppice.bridge.outbox.Outbox;
import dev.coppice.engine.RolloutEngine;
import java.util.List;
import java.util.TreeMap;

/**
 * Takes the lessons of a fleet's other engines, and gives those of this one.
 *
 * @param book of the lessons; null where nothing learns, or nobody numbers the groups.
 * @param outbox of the groups.
 * @param credit that learns.
 * @param engine that learns.
 * @param sealer on whose thread the credit learns.
 * @thread any.
 */
record Lessons(
    LessonBook book,
    Outbox outbox,
    CreditInOrder credit,
    RolloutEngine engine,
    GroupSealer sealer) {

  /** Finds the lessons of groups, as JSON by their numbers; those not known are left out. */
  TreeMap<Long, String> of(final List<Long> groups) {
    final TreeMap<Long, String> found = new TreeMap<>();
    for (final long group : groups) {
      final Lesson lesson = book == null ? null : book.of(group);
      if (lesson != null) {
        found.put(group, lesson.toJson());
      }
    }
    return found;
  }

  /**
   * Takes lessons, all or none.
   *
   * @return how many are new.
   * @throws IllegalArgumentException if one is not a lesson, or its group is leased here.
   */
  int learn(final List<String> texts) {
    if (book == null) {
      throw new IllegalArgumentException(
          "learn: nothing here learns from other engines' groups; that needs bridge.learn-behind,"
              + " and a policy, an allocation or an estimator that learns");
    }
    final List<Lesson> lessons = texts.stream().map(Lesson::parse).toList();
    lessons.forEach(this::check);
    final List<Lesson> fresh = book.add(lessons);
    fresh.forEach(
        lesson -> {
          engine.learn(lesson.group(), lesson.outcome());
          sealer.learn(lesson);
        });
    return fresh.size();
  }

  private void check(final Lesson lesson) {
    if (book.of(lesson.group()) != null) {
      return;
    }
    if (!outbox.openAmong(List.of(lesson.group())).isEmpty()) {
      throw new IllegalArgumentException(
          "learn: group "
              + lesson.group()
              + " is leased here and has not ended; it teaches by itself when it has");
    }
    if (lesson.hasTrees()) {
      credit.check(lesson.group(), lesson.told());
    }
  }
}
