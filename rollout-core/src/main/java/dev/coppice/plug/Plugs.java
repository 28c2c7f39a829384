package dev.coppice.plug;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/**
 * Finds the plugs of one kind that are on the class path.
 *
 * <p>It looks where the thread's context class loader looks, so {@code --classpath} reaches it, and
 * at the class path Coppice itself came from.
 *
 * @param <P> the interface of the kind.
 * @thread any; immutable.
 */
public final class Plugs<P extends Plug> {
  private static final String FORM = "[a-z0-9]+(-[a-z0-9]+)*";

  private final PlugKind<P> kind;
  private final Map<String, P> byName = new LinkedHashMap<>();

  private Plugs(final PlugKind<P> kind) {
    this.kind = kind;
  }

  /**
   * Looks for plugs.
   *
   * @param kind of the plugs.
   * @param <P> the interface of the kind.
   * @return all there are, those we ship first.
   * @throws PlugException if one cannot be made or used, or two have one name.
   */
  public static <P extends Plug> Plugs<P> of(final PlugKind<P> kind) {
    final ClassLoader context = Thread.currentThread().getContextClassLoader();
    return of(kind, context == null ? Plugs.class.getClassLoader() : context);
  }

  /**
   * Looks for plugs where a class loader looks.
   *
   * @param kind of the plugs.
   * @param loader of their classes.
   * @param <P> the interface of the kind.
   * @return all there are, those of its parents first.
   * @throws PlugException if one cannot be made or used, or two have one name.
   */
  public static <P extends Plug> Plugs<P> of(final PlugKind<P> kind, final ClassLoader loader) {
    final Plugs<P> plugs = new Plugs<>(kind);
    try {
      final Iterator<P> found = ServiceLoader.load(kind.type(), loader).iterator();
      while (found.hasNext()) {
        plugs.add(found.next());
      }
    } catch (final ServiceConfigurationError | LinkageError e) {
      final Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new PlugException(
          "a plug on the class path cannot be used: "
              + e.getMessage()
              + (cause == e ? "" : " (" + cause + ")")
              + "; a plug is a public class with a public constructor without parameters, named in"
              + " META-INF/services/"
              + kind.type().getName());
    }
    return plugs;
  }

  private void add(final P plug) {
    final String type = plug.getClass().getName();
    final String name = plug.name();
    if (name == null || !name.matches(FORM)) {
      throw new PlugException(
          "the name of "
              + article()
              + " has small letters, digits and hyphens: name="
              + name
              + " class="
              + type);
    }
    if (plug.help() == null || plug.help().isBlank() || plug.help().contains("\n")) {
      throw new PlugException(
          article() + " needs one line of help: name=" + name + " class=" + type);
    }
    final List<String> options = plug.options().stream().map(PlugOption::name).toList();
    if (options.stream().distinct().count() != options.size()) {
      throw new PlugException("an option is declared twice: options=" + options + " class=" + type);
    }
    if (options.stream().anyMatch(option -> option.indexOf('.') >= 0)) {
      throw new PlugException("an option's name has no dot: options=" + options + " class=" + type);
    }
    final P other = byName.putIfAbsent(name, plug);
    if (other != null) {
      throw new PlugException(
          "two of one name: "
              + kind.word()
              + "="
              + name
              + "; it is claimed by "
              + other.getClass().getName()
              + " and by "
              + type);
    }
  }

  private String article() {
    return ("aeiou".indexOf(kind.word().charAt(0)) >= 0 ? "an " : "a ") + kind.word();
  }

  /**
   * Returns all of them.
   *
   * @return the plugs in the order they were found.
   */
  public Collection<P> all() {
    return List.copyOf(byName.values());
  }

  /**
   * Lists the names.
   *
   * @return the names in the order they were found.
   */
  public List<String> names() {
    return new ArrayList<>(byName.keySet());
  }

  /**
   * Tells whether there is one.
   *
   * @param name of the plug.
   * @return true if it is there.
   */
  public boolean has(final String name) {
    return byName.containsKey(name);
  }

  /**
   * Finds one.
   *
   * @param name of the plug.
   * @return the plug.
   * @throws IllegalArgumentException naming the nearest and listing the known.
   */
  public P find(final String name) {
    final P plug = byName.get(name);
    if (plug == null) {
      final String near = NearestName.of(name, byName.keySet());
      throw new IllegalArgumentException(
          "unknown "
              + kind.word()
              + ": "
              + kind.word()
              + "="
              + name
              + (near == null ? "; known: " : "; did you mean " + near + "? known: ")
              + String.join(", ", byName.keySet()));
    }
    return plug;
  }
}
