package dev.coppice.chat.jinja;

import dev.coppice.chat.call.Arguments;
import dev.coppice.chat.call.Attributed;
import dev.coppice.chat.call.Callable;
import dev.coppice.chat.value.Ordering;
import dev.coppice.chat.value.TemplateException;
import dev.coppice.chat.value.Tuple;
import dev.coppice.chat.value.Undefined;
import java.util.List;

/**
 * Is the {@code loop} variable.
 *
 * @thread one at a time.
 */
final class LoopState implements Attributed, Callable {
  private final List<Object> items;
  private final int depth;
  private final Callable again;
  private int index;
  private Object seen;

  /** Begins before the first item; {@code again} renders a recursive loop, or is null. */
  LoopState(final List<Object> items, final int depth, final Callable again) {
    this.items = items;
    this.depth = depth;
    this.again = again;
  }

  void move(final int to) {
    index = to;
  }

  @Override
  public Object attribute(final String name) {
    final int size = items.size();
    return switch (name) {
      case "index" -> index + 1L;
      case "index0" -> (long) index;
      case "revindex" -> (long) (size - index);
      case "revindex0" -> (long) (size - index - 1);
      case "first" -> index == 0;
      case "last" -> index == size - 1;
      case "length" -> (long) size;
      case "depth" -> depth + 1L;
      case "depth0" -> (long) depth;
      case "previtem" ->
          index == 0 ? new Undefined("there is no previous item") : items.get(index - 1);
      case "nextitem" ->
          index == size - 1 ? new Undefined("there is no next item") : items.get(index + 1);
      case "cycle" -> (Callable) this::cycle;
      case "changed" -> (Callable) this::changed;
      default -> new Undefined("'loop' has no attribute '" + name + "'");
    };
  }

  private Object cycle(final Arguments args) {
    if (args.positional().isEmpty()) {
      throw new TemplateException("no items for cycling given");
    }
    return args.positional().get(index % args.positional().size());
  }

  private Object changed(final Arguments args) {
    final Object now = new Tuple(args.positional());
    final boolean changed = seen == null || !Ordering.equal(seen, now);
    seen = now;
    return changed;
  }

  @Override
  public Object call(final Arguments args) {
    if (again == null) {
      throw new TemplateException("the loop must be marked recursive to be called");
    }
    return again.call(args);
  }
}
