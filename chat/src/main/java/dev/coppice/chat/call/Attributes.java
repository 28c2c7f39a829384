package dev.coppice.chat.call;

import dev.coppice.chat.value.DictView;
import dev.coppice.chat.value.IntRange;
import dev.coppice.chat.value.Namespace;
import dev.coppice.chat.value.None;
import dev.coppice.chat.value.Ordering;
import dev.coppice.chat.value.PythonText;
import dev.coppice.chat.value.SafeText;
import dev.coppice.chat.value.Sequences;
import dev.coppice.chat.value.SliceKey;
import dev.coppice.chat.value.TemplateException;
import dev.coppice.chat.value.Tuple;
import dev.coppice.chat.value.Undefined;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Looks up attributes and keys, data and harmless methods alone.
 *
 * <p>{@code a.b} prefers the method, {@code a['b']} the key, as Jinja does. What would change a
 * value or reach into Python is as if it were not there.
 */
public final class Attributes {
  /** Methods that change a dictionary or list: Python has them, a sandboxed template does not. */
  private static final Set<String> DICT_CHANGES =
      Set.of("clear", "pop", "popitem", "setdefault", "update");

  private static final Set<String> LIST_CHANGES =
      Set.of("append", "clear", "pop", "reverse", "insert", "sort", "extend", "remove");

  private Attributes() {}

  /**
   * Reads {@code owner.name}.
   *
   * @param owner any.
   * @param name of the attribute.
   * @return its value, or an undefined one.
   */
  public static Object attribute(final Object owner, final String name) {
    if (owner instanceof Undefined undefined) {
      throw undefined.failure();
    }
    if (owner instanceof SafeText safe) {
      return attribute(safe.text(), name);
    }
    final Object method = methodOf(owner, name);
    if (method != null) {
      return method;
    }
    final Object value = Sequences.item(owner, name);
    return value == null ? Undefined.key(owner, name) : value;
  }

  /**
   * Reads {@code owner[key]}.
   *
   * @param owner any.
   * @param key index, slice or key.
   * @return its value, or an undefined one.
   */
  public static Object item(final Object owner, final Object key) {
    if (owner instanceof Undefined undefined) {
      throw undefined.failure();
    }
    if (owner instanceof SafeText safe) {
      return item(safe.text(), key);
    }
    final Object value = Sequences.item(owner, key);
    if (value != null) {
      return value;
    }
    if (key instanceof SliceKey) {
      throw new TemplateException("'" + PythonText.typeName(owner) + "' cannot be sliced");
    }
    final Object method = key instanceof String name ? methodOf(owner, name) : null;
    return method == null ? Undefined.key(owner, key) : method;
  }

  /**
   * Reads an attribute that is no key.
   *
   * @param owner any.
   * @param name of the attribute.
   * @return its value, an undefined one where a sandbox hides it, or null where there is none.
   */
  public static Object methodOf(final Object owner, final String name) {
    return switch (owner) {
      case Attributed attributed -> attributed.attribute(name);
      case Namespace namespace -> namespace.get(name);
      case String text -> StringMethods.find(text, name);
      case Map<?, ?> map -> dict(map, name);
      case IntRange range -> null;
      case List<?> list -> list(list, name);
      case Tuple tuple -> shared(tuple.items(), name);
      default -> null;
    };
  }

  private static Object dict(final Map<?, ?> map, final String name) {
    if (DICT_CHANGES.contains(name)) {
      return hidden("dict", name);
    }
    return switch (name) {
      case "get" -> (Callable) args -> get(map, args.expect("get", "key", "default"));
      case "items" -> (Callable) args -> items(map);
      case "keys" -> (Callable) args -> new DictView("keys", new ArrayList<>(map.keySet()));
      case "values" -> (Callable) args -> new DictView("values", new ArrayList<>(map.values()));
      case "copy" -> (Callable) args -> new LinkedHashMap<Object, Object>(map);
      default -> null;
    };
  }

  private static Object get(final Map<?, ?> map, final Arguments args) {
    final Object value = Sequences.find(map, args.need(0, "key"));
    return value == null ? args.get(1, "default", None.NONE) : value;
  }

  /**
   * Lists the pairs of a dictionary.
   *
   * @param map to list.
   * @return tuples of key and value.
   */
  public static DictView items(final Map<?, ?> map) {
    final List<Object> items = new ArrayList<>(map.size());
    map.forEach((key, value) -> items.add(Tuple.of(key, value)));
    return new DictView("items", items);
  }

  private static Object list(final List<?> list, final String name) {
    if (LIST_CHANGES.contains(name)) {
      return hidden("list", name);
    }
    return name.equals("copy") ? (Callable) args -> new ArrayList<>(list) : shared(list, name);
  }

  private static Object shared(final List<?> items, final String name) {
    return switch (name) {
      case "count" -> (Callable) args -> count(items, args.need(0, "value"));
      case "index" -> (Callable) args -> index(items, args.need(0, "value"));
      default -> null;
    };
  }

  private static Object count(final List<?> items, final Object wanted) {
    return items.stream().filter(item -> Ordering.equal(item, wanted)).count();
  }

  private static Object index(final List<?> items, final Object wanted) {
    for (int i = 0; i < items.size(); i++) {
      if (Ordering.equal(items.get(i), wanted)) {
        return (long) i;
      }
    }
    throw new TemplateException(PythonText.repr(wanted) + " is not in list");
  }

  private static Undefined hidden(final String type, final String name) {
    return new Undefined(
        "access to " + type + "." + name + " is unsafe: it would change the value");
  }
}
