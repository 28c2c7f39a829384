package dev.coppice.chat.jinja;

import dev.coppice.chat.call.Arguments;
import dev.coppice.chat.call.Attributed;
import dev.coppice.chat.call.Callable;
import dev.coppice.chat.value.Arithmetic;
import dev.coppice.chat.value.IntRange;
import dev.coppice.chat.value.Namespace;
import dev.coppice.chat.value.None;
import dev.coppice.chat.value.PythonText;
import dev.coppice.chat.value.Sequences;
import dev.coppice.chat.value.TemplateException;
import dev.coppice.chat.value.Undefined;
import java.time.LocalDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Holds the functions every template sees. */
final class Globals {
  private Globals() {}

  static Map<String, Object> all(final Supplier<LocalDateTime> now) {
    return Map.of(
        "self", (Attributed) name -> new Undefined("block '" + name + "' is not defined"),
        "range", (Callable) Globals::range,
        "namespace", (Callable) Globals::namespace,
        "dict", (Callable) Globals::dict,
        "cycler", (Callable) args -> new Cycler(args.positional()),
        "joiner", (Callable) Globals::joiner,
        "raise_exception", (Callable) Globals::raise,
        "strftime_now", (Callable) args -> TimeFormat.format(now.get(), args.text(0, "format")));
  }

  private static Object raise(final Arguments args) {
    throw new TemplateException(PythonText.str(args.need(0, "message")));
  }

  private static Object range(final Arguments args) {
    final List<Object> bounds = args.positional();
    if (bounds.isEmpty() || bounds.size() > 3) {
      throw new TemplateException("range takes 1 to 3 arguments: given=" + bounds.size());
    }
    final long first = Arithmetic.index(bounds.getFirst());
    return switch (bounds.size()) {
      case 1 -> new IntRange(0, first, 1);
      case 2 -> new IntRange(first, Arithmetic.index(bounds.get(1)), 1);
      default ->
          new IntRange(first, Arithmetic.index(bounds.get(1)), Arithmetic.index(bounds.get(2)));
    };
  }

  private static Object namespace(final Arguments args) {
    final Namespace namespace = new Namespace();
    dict(args).forEach((key, value) -> namespace.set(PythonText.str(key), value));
    return namespace;
  }

  private static Map<Object, Object> dict(final Arguments args) {
    final Map<Object, Object> map = new LinkedHashMap<>();
    for (final Object from : args.positional()) {
      if (from instanceof Map<?, ?> other) {
        map.putAll(other);
        continue;
      }
      for (final Object pair : Sequences.iterate(from)) {
        final List<Object> both = Sequences.list(pair);
        if (both.size() != 2) {
          throw new TemplateException("dict needs pairs: length=" + both.size());
        }
        map.put(both.get(0), both.get(1));
      }
    }
    map.putAll(args.named());
    return map;
  }

  private static Object joiner(final Arguments args) {
    final Object mark = args.get(0, "sep", ", ");
    final boolean[] used = new boolean[1];
    return (Callable)
        none -> {
          final Object text = used[0] ? mark : "";
          used[0] = true;
          return text;
        };
  }

  /** Gives one value after the other, round and round. */
  private static final class Cycler implements Attributed {
    private final List<Object> items;
    private int at;

    Cycler(final List<Object> items) {
      if (items.isEmpty()) {
        throw new TemplateException("at least one item has to be provided");
      }
      this.items = items;
    }

    @Override
    public Object attribute(final String name) {
      return switch (name) {
        case "current" -> items.get(at);
        case "next" -> (Callable) args -> next();
        case "reset" ->
            (Callable)
                args -> {
                  at = 0;
                  return None.NONE;
                };
        default -> new Undefined("'cycler' has no attribute '" + name + "'");
      };
    }

    private Object next() {
      final Object item = items.get(at);
      at = (at + 1) % items.size();
      return item;
    }
  }
}
