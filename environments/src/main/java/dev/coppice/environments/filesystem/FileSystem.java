package dev.coppice.environments.filesystem;

import dev.coppice.environments.canonical.StateDigest;
import dev.coppice.environments.tool.ToolException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Holds a tree of files and the directory one stands in.
 *
 * <p>A change copies the directories from the root to where it happens and shares everything else,
 * so an older state stays as it was and a fork costs nothing.
 *
 * @thread immutable, any thread
 */
final class FileSystem {
  private final String rootName;
  private final Directory root;
  private final List<String> path;

  private FileSystem(final String rootName, final Directory root, final List<String> path) {
    this.rootName = rootName;
    this.root = root;
    this.path = path;
  }

  /** Reads an initial state as BFCL writes it; one stands in its root. */
  static FileSystem read(final Map<?, ?> config) {
    if (!(config.get("root") instanceof Map<?, ?> roots) || roots.isEmpty()) {
      return new FileSystem("/", Directory.EMPTY, List.of());
    }
    final Map.Entry<?, ?> first = roots.entrySet().iterator().next();
    if (!(readNode(first.getValue()) instanceof Directory directory)) {
      throw new IllegalArgumentException("the root is not a directory: root=" + first.getKey());
    }
    return new FileSystem((String) first.getKey(), directory, List.of());
  }

  private static Node readNode(final Object value) {
    if (value instanceof Map<?, ?> node) {
      if (node.get("content") instanceof String content) {
        return new Node.TextFile(content);
      }
      if (node.get("contents") instanceof Map<?, ?> contents) {
        Directory directory = Directory.EMPTY;
        for (final Map.Entry<?, ?> entry : contents.entrySet()) {
          directory = directory.with((String) entry.getKey(), readNode(entry.getValue()));
        }
        return directory;
      }
    }
    throw new IllegalArgumentException("neither file nor directory: value=" + value);
  }

  /** Returns the directory one stands in. */
  Directory here() {
    Directory directory = root;
    for (final String name : path) {
      directory = (Directory) directory.get(name);
    }
    return directory;
  }

  Node get(final String name) {
    return here().get(name);
  }

  /** Returns a file of the directory one stands in. */
  String content(final String tool, final String name) throws ToolException {
    if (get(name) instanceof Node.TextFile file) {
      return file.content();
    }
    throw new ToolException(tool + ": there is no file " + name + " in this directory");
  }

  FileSystem with(final String name, final Node node) {
    return changed(here().with(name, node));
  }

  FileSystem without(final String name) {
    return changed(here().without(name));
  }

  private FileSystem changed(final Directory here) {
    return new FileSystem(rootName, rebuilt(root, 0, here), path);
  }

  private Directory rebuilt(final Directory directory, final int depth, final Directory here) {
    if (depth == path.size()) {
      return here;
    }
    final String name = path.get(depth);
    return directory.with(name, rebuilt((Directory) directory.get(name), depth + 1, here));
  }

  /** Steps into a directory that one can see from here. */
  FileSystem entered(final String name) {
    final List<String> deeper = new ArrayList<>(path);
    deeper.add(name);
    return new FileSystem(rootName, root, List.copyOf(deeper));
  }

  FileSystem left() {
    return new FileSystem(rootName, root, path.subList(0, path.size() - 1).stream().toList());
  }

  FileSystem atRoot() {
    return new FileSystem(rootName, root, List.of());
  }

  boolean isAtRoot() {
    return path.isEmpty();
  }

  /** Returns the name of the directory one stands in. */
  String name() {
    return path.isEmpty() ? rootName : path.getLast();
  }

  String absolutePath() {
    return "/" + rootName + (path.isEmpty() ? "" : "/" + String.join("/", path));
  }

  boolean hasSameFiles(final FileSystem other) {
    return rootName.equals(other.rootName) && root.hasSameContents(other.root);
  }

  String digest() {
    final StringBuilder text = new StringBuilder("filesystem ").append(path).append('\0');
    root.appendTo(text.append(rootName).append('\0'));
    return StateDigest.of(text.toString());
  }
}
