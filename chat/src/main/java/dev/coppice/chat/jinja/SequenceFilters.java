package dev.coppice.chat.jinja;

import dev.coppice.chat.call.Arguments;
import dev.coppice.chat.call.Attributes;
import dev.coppice.chat.value.Arithmetic;
import dev.coppice.chat.value.None;
import dev.coppice.chat.value.Ordering;
import dev.coppice.chat.value.PythonIterator;
import dev.coppice.chat.value.PythonText;
import dev.coppice.chat.value.Sequences;
import dev.coppice.chat.value.SliceKey;
import dev.coppice.chat.value.TemplateException;
import dev.coppice.chat.value.Tuple;
import dev.coppice.chat.value.Undefined;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Holds the filters of sequences; as in Jinja many give an iterator that is walked once. */
final class SequenceFilters {
  /** The filters by name. */
  static final Map<String, BiFunction<Object, Arguments, Object>> ALL =
      Map.ofEntries(
          Map.entry("list", (v, a) -> Sequences.list(v)),
          Map.entry("first", (v, a) -> first(v)),
          Map.entry("last", (v, a) -> last(v)),
          Map.entry("join", SequenceFilters::join),
          Map.entry("map", SequenceFilters::map),
          Map.entry("select", (v, a) -> select(v, a, false, true)),
          Map.entry("reject", (v, a) -> select(v, a, false, false)),
          Map.entry("selectattr", (v, a) -> select(v, a, true, true)),
          Map.entry("rejectattr", (v, a) -> select(v, a, true, false)),
          Map.entry("items", (v, a) -> items(v)),
          Map.entry("dictsort", SequenceFilters::sortDict),
          Map.entry("sort", SequenceFilters::sort),
          Map.entry("unique", SequenceFilters::unique),
          Map.entry("reverse", (v, a) -> reverse(v)),
          Map.entry("sum", SequenceFilters::sum),
          Map.entry("min", (v, a) -> extreme(v, a, -1)),
          Map.entry("max", (v, a) -> extreme(v, a, 1)),
          Map.entry("batch", SequenceFilters::batch));

  private SequenceFilters() {}

  private static Stream<Object> stream(final Object value) {
    return StreamSupport.stream(Sequences.iterate(value).spliterator(), false);
  }

  private static PythonIterator lazy(final Stream<Object> items) {
    return new PythonIterator(items::iterator);
  }

  private static Object first(final Object value) {
    final Iterator<Object> items = Sequences.iterate(value).iterator();
    return items.hasNext() ? items.next() : new Undefined("No first item, sequence was empty.");
  }

  private static Object last(final Object value) {
    if (value instanceof PythonIterator) {
      throw new TemplateException("'generator' object is not reversible");
    }
    final List<Object> items = Sequences.list(value);
    return items.isEmpty() ? new Undefined("No last item, sequence was empty.") : items.getLast();
  }

  private static Object join(final Object value, final Arguments args) {
    args.expect("join", "d", "attribute");
    final String mark = PythonText.str(args.get(0, "d", ""));
    final Object path = args.get(1, "attribute", None.NONE);
    final StringBuilder text = new StringBuilder();
    boolean first = true;
    for (final Object item : Sequences.iterate(value)) {
      text.append(first ? "" : mark).append(PythonText.str(Filters.path(item, path)));
      first = false;
      if (text.length() > 1 << 24) {
        throw new TemplateException("text is too long: length=" + text.length());
      }
    }
    return text.toString();
  }

  private static Object map(final Object value, final Arguments args) {
    if (!Sequences.truth(value)) {
      return new PythonIterator(List.of());
    }
    if (args.positional().isEmpty() && args.named().containsKey("attribute")) {
      final Object path = args.named().get("attribute");
      final Object otherwise = args.named().get("default");
      return lazy(stream(value).map(item -> Filters.path(item, path, otherwise)));
    }
    final String name = args.text(0, "name");
    final Arguments rest = args.after(1);
    return lazy(stream(value).map(item -> Filters.apply(name, item, rest)));
  }

  private static Object select(
      final Object value, final Arguments args, final boolean byPath, final boolean keep) {
    if (!Sequences.truth(value)) {
      return new PythonIterator(List.of());
    }
    final Object path = byPath ? args.need(0, "attribute") : None.NONE;
    final Arguments rest = args.after(byPath ? 1 : 0);
    final String test = rest.positional().isEmpty() ? "" : rest.text(0, "test");
    final Arguments testArgs = rest.after(1);
    return lazy(
        stream(value)
            .filter(
                item -> {
                  final Object subject = Filters.path(item, path);
                  final boolean holds =
                      test.isEmpty()
                          ? Sequences.truth(subject)
                          : JinjaTests.apply(test, subject, testArgs);
                  return holds == keep;
                }));
  }

  private static Object items(final Object value) {
    if (value instanceof Undefined) {
      return new PythonIterator(List.of());
    }
    if (value instanceof Map<?, ?> map) {
      return new PythonIterator(Attributes.items(map).items());
    }
    throw new TemplateException("Can only get item pairs from a mapping.");
  }

  private static Object folded(final Object value, final boolean keepCase) {
    return !keepCase && value instanceof String text ? text.toLowerCase(Locale.ROOT) : value;
  }

  private static Object sortDict(final Object value, final Arguments args) {
    args.expect("dictsort", "case_sensitive", "by", "reverse");
    if (!(value instanceof Map<?, ?> map)) {
      throw new TemplateException("dictsort needs a mapping");
    }
    final long at = PythonText.str(args.get(1, "by", "key")).equals("value") ? 1 : 0;
    final boolean keepCase = args.flag(0, "case_sensitive");
    return sorted(
        Sequences.list(Attributes.items(map)),
        pair -> folded(Attributes.item(pair, at), keepCase),
        args.flag(2, "reverse"));
  }

  private static Object sort(final Object value, final Arguments args) {
    args.expect("sort", "reverse", "case_sensitive", "attribute");
    final Object path = args.get(2, "attribute", None.NONE);
    final boolean keepCase = args.flag(1, "case_sensitive");
    final List<Object> paths = new ArrayList<>();
    if (path instanceof String text) {
      Collections.addAll(paths, (Object[]) text.split(","));
    } else {
      paths.add(path);
    }
    return sorted(
        Sequences.list(value),
        item ->
            new Tuple(
                paths.stream().map(one -> folded(Filters.path(item, one), keepCase)).toList()),
        args.flag(0, "reverse"));
  }

  private static List<Object> sorted(
      final List<Object> items,
      final java.util.function.Function<Object, Object> key,
      final boolean reversed) {
    final Comparator<Object> order = (a, b) -> Ordering.compare(key.apply(a), key.apply(b));
    items.sort(reversed ? order.reversed() : order);
    return items;
  }

  private static Object unique(final Object value, final Arguments args) {
    args.expect("unique", "case_sensitive", "attribute");
    final Object path = args.get(1, "attribute", None.NONE);
    final List<Object> keys = new ArrayList<>();
    final List<Object> items = new ArrayList<>();
    for (final Object item : Sequences.iterate(value)) {
      final Object key = folded(Filters.path(item, path), args.flag(0, "case_sensitive"));
      if (!Ordering.contains(key, keys)) {
        keys.add(key);
        items.add(item);
      }
    }
    return new PythonIterator(items);
  }

  private static Object reverse(final Object value) {
    if (value instanceof String) {
      return Sequences.item(value, new SliceKey(None.NONE, None.NONE, -1L));
    }
    final List<Object> items = Sequences.list(value);
    Collections.reverse(items);
    return value instanceof PythonIterator ? items : new PythonIterator(items);
  }

  private static Object sum(final Object value, final Arguments args) {
    args.expect("sum", "attribute", "start");
    Object sum = args.get(1, "start", 0L);
    for (final Object item : Sequences.iterate(value)) {
      sum = Arithmetic.binary("+", sum, Filters.path(item, args.get(0, "attribute", None.NONE)));
    }
    return sum;
  }

  private static Object extreme(final Object value, final Arguments args, final int sign) {
    args.expect("min and max", "case_sensitive", "attribute");
    final Object path = args.get(1, "attribute", None.NONE);
    final boolean keepCase = args.flag(0, "case_sensitive");
    Object best = null;
    Object bestKey = null;
    for (final Object item : Sequences.iterate(value)) {
      final Object key = folded(Filters.path(item, path), keepCase);
      if (best == null || Ordering.compare(key, bestKey) * sign > 0) {
        best = item;
        bestKey = key;
      }
    }
    return best == null ? new Undefined("No aggregated item, sequence was empty.") : best;
  }

  private static Object batch(final Object value, final Arguments args) {
    args.expect("batch", "linecount", "fill_with");
    final int size = args.integer(0, "linecount", 0);
    final Object fill = args.get(1, "fill_with", None.NONE);
    final List<Object> batches = new ArrayList<>();
    List<Object> batch = new ArrayList<>();
    for (final Object item : Sequences.iterate(value)) {
      if (batch.size() == size && !batch.isEmpty()) {
        batches.add(batch);
        batch = new ArrayList<>();
      }
      batch.add(item);
    }
    while (fill != None.NONE && !batch.isEmpty() && batch.size() < Math.min(size, 100_000)) {
      batch.add(fill);
    }
    if (!batch.isEmpty()) {
      batches.add(batch);
    }
    return new PythonIterator(batches);
  }
}
