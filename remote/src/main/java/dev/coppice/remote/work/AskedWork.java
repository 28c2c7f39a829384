package dev.coppice.remote.work;

import dev.coppice.draw.Copies;
import dev.coppice.model.Draws;
import dev.coppice.model.Quotes;
import dev.coppice.model.Work;
import dev.coppice.remote.replica.Placement;
import dev.coppice.trajectory.RolloutFailure;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * Holds one piece of work under way: what was quoted, its draws, and how they become an answer.
 *
 * <p>Where more draws may be wanted of one distribution, as where its entropy decides or samples share a
 * path, one token is asked for with its whole row: the first draw keeps that token, the others are drawn
 * from the row here, with the numbers the core names. Where the row is not to be had whole, its entropy
 * is bounded from below, and the other draws are requests of their own. Otherwise every draw is a request.
 *
 * @thread the engine thread; {@link #ended} any.
 */
final class AskedWork {
  private final Work work;
  private final int ticket;
  private final int[] path;
  private final Shape shape;
  private final Terms terms;
  private final DrawTask.Context context;
  private final Consumer<AskedWork> listener;
  private final List<DrawTask> tasks = new ArrayList<>(1);
  private Placement placement;
  private int quotedComputes;
  private int ended;

  /** How many draws are asked for, and whether they come from one row. */
  private record Shape(int samples, int each, int mostEach, boolean fromRow, int mostTokens) {
    int requests() {
      return fromRow ? 1 : samples * each;
    }
  }

  /** What the runner says about every request: salt, deadline, version of the weights, sharing. */
  record Terms(String salt, long deadlineNs, int version, boolean sharesPrompts) {}

  AskedWork(
      final Work work,
      final Terms terms,
      final DrawTask.Context context,
      final Consumer<AskedWork> listener) {
    this.work = work;
    this.terms = terms;
    this.context = context;
    this.listener = listener;
    ticket = work.ticket();
    path = Arrays.copyOf(work.tokens(), work.length());
    final boolean decides = work.entropyFloor() != Double.POSITIVE_INFINITY;
    final boolean fromRow = decides || work.copies().count() > 1;
    shape =
        new Shape(
            work.copies().count(),
            work.draws(),
            work.mostDraws(),
            fromRow,
            fromRow ? 1 : work.mostTokens());
  }

  /** Chooses a server and says what would be computed there. */
  void quote(final Quotes quotes) {
    placement = context.replicas().place(path, shape.mostTokens());
    // Which slot a request gets is decided later, and by others too: all of its path is reserved.
    final boolean isSure = placement != null && placement.replica().slots() == null;
    final int expected = isSure ? placement.expected() : 0;
    quotedComputes = path.length - expected;
    quotes.add(work, expected, quotedComputes, samples());
    if (shape.requests() > 1 && placement != null) {
      // What a server does not share of a path it has: the rest of a block, or the last token.
      final int shared = isSure ? placement.replica().shareable(path.length - 1) : 0;
      final int rest = path.length - shared;
      quotes.computesAgain((shape.requests() - 1) * rest);
    }
  }

  private int samples() {
    return shape.samples() * shape.each() * shape.mostTokens();
  }

  /** Gives the place back that was chosen for work nobody pays for. */
  void declined() {
    if (placement != null) {
      placement.close();
    }
  }

  void start() {
    final int rowTop = shape.fromRow() ? context.settings().rowTop() : 0;
    for (int draw = 0; draw < shape.requests(); draw++) {
      start(draw, rowTop);
    }
  }

  private void start(final int draw, final int rowTop) {
    final DrawTask task =
        new DrawTask(this, draw, new DrawTask.Wanted(shape.mostTokens(), rowTop), context);
    if (draw == 0) {
      task.placed(placement);
    }
    tasks.add(task);
    Thread.ofVirtual().start(task);
  }

  /** Tells that a draw has ended; called from its thread. */
  void ended(final DrawTask task) {
    listener.accept(this);
  }

  /** Takes note of an ended draw; true if all of them have. */
  boolean noteEnded() {
    ended++;
    if (ended == tasks.size() && wantsMore()) {
      for (int draw = 1; draw < shape.samples() * each(); draw++) {
        start(draw, 0);
      }
    }
    return ended == tasks.size();
  }

  /** Whether the row is not whole, so that further draws are requests of their own. */
  private boolean wantsMore() {
    final DrawTask first = tasks.getFirst();
    return shape.fromRow()
        && tasks.size() == 1
        && first.failure() == null
        && !(first.row() != null && first.row().isWhole())
        && shape.samples() * each() > 1;
  }

  private int each() {
    final RowDistribution row = tasks.getFirst().row();
    final boolean forks = row != null && row.entropy() >= work.entropyFloor();
    return forks ? shape.mostEach() : shape.each();
  }

  void cancel() {
    tasks.forEach(DrawTask::cancel);
  }

  /** Writes the answer. */
  void write(final Draws draws) {
    draws.beginRow(work, terms.version());
    final RolloutFailure failure = failure();
    int computed = 0;
    int sampled = 0;
    for (final DrawTask task : tasks) {
      computed += task.computed();
      sampled += task.length();
    }
    if (failure != null) {
      draws.fail(failure);
      draws.costMore(Math.max(0, computed - quotedComputes), sampled);
      return;
    }
    final int first = Math.min(tasks.getFirst().computed(), quotedComputes);
    if (first < quotedComputes) {
      draws.foundCached(path.length - first);
    }
    draws.costMore(computed - first, 0);
    writeDraws(draws);
  }

  private void writeDraws(final Draws draws) {
    final DrawTask first = tasks.getFirst();
    if (first.row() != null) {
      draws.entropy(first.row().entropy());
      if (!first.row().isWhole()) {
        context.tally().boundedEntropies.increment();
      }
    }
    if (tasks.size() > 1) {
      draws.drawnApart();
    }
    for (final DrawTask task : tasks) {
      draws.beginDraw();
      for (int i = 0; i < task.length(); i++) {
        draws.add(task.token(i), task.logprob(i));
      }
    }
    final int count = shape.fromRow() ? shape.samples() * each() : tasks.size();
    for (int draw = tasks.size(); draw < count; draw++) {
      final double uniform = work.copies().uniform(draw, each(), work.drawPosition());
      final int at = first.row().draw(uniform);
      draws.addDraw(first.row().token(at), first.row().logprob(at));
    }
    // A server whose context ends before the model's own: this branch is at its end.
    work.attach(first.isAtContextEnd() ? RemoteRunner.CONTEXT_ENDED : null);
  }

  private RolloutFailure failure() {
    for (final DrawTask task : tasks) {
      if (task.failure() != null) {
        return task.failure();
      }
    }
    return null;
  }

  int branch() {
    return work.branch();
  }

  int[] path() {
    return path;
  }

  String id() {
    return "g" + work.group() + ".t" + work.tree() + ".b" + work.branch() + "." + ticket;
  }

  long key(final int draw) {
    final Copies copies = work.copies();
    return copies.key(
        draw, Math.max(1, shape.fromRow() ? shape.mostEach() : shape.each()), path.length);
  }

  boolean isShared() {
    return shape.requests() > 1 || shape.fromRow() || (work.isPrompt() && terms.sharesPrompts());
  }

  Work.Terms terms() {
    return new Work.Terms(work.sampling(), work.stops());
  }

  String salt() {
    return terms.salt();
  }

  long deadlineNs() {
    return terms.deadlineNs();
  }

  /** Whether the server cut the last answer at its context, so that nothing more comes. */
  boolean isAtContextEnd() {
    return work.attachment() == RemoteRunner.CONTEXT_ENDED;
  }

  void endAtContext(final Draws draws) {
    draws.beginRow(work, terms.version());
    draws.fail(RemoteRunner.contextEnded());
  }
}
