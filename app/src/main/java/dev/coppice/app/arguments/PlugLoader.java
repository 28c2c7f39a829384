package dev.coppice.app.arguments;

import java.net.URL;
import java.net.URLClassLoader;

/** Loads the classes of a stranger, and knows where they came from. */
final class PlugLoader extends URLClassLoader {
  private final String path;

  /** Keeps the entries, behind the class path Coppice itself came from. */
  PlugLoader(final String path, final URL[] entries) {
    super("plugs", entries, PlugLoader.class.getClassLoader());
    this.path = path;
  }

  /** Returns the entries as {@code --classpath} takes them, absolute. */
  String path() {
    return path;
  }
}
