package dev.coppice.environments.filesystem;

import java.util.Arrays;
import java.util.List;

/**
 * Represents a directory as two arrays, in the order in which the entries were made.
 *
 * <p>A change makes a new directory that shares every entry but the one that changed.
 *
 * @cost a change copies 8 bytes per entry; looking up a name compares it with each entry's.
 * @thread immutable, any thread
 */
final class Directory implements Node {
  static final Directory EMPTY = new Directory(new String[0], new Node[0]);

  private final String[] names;
  private final Node[] nodes;

  private Directory(final String[] names, final Node[] nodes) {
    this.names = names;
    this.nodes = nodes;
  }

  int size() {
    return names.length;
  }

  List<String> names() {
    return List.of(names);
  }

  /** Returns an entry, or null if there is none of that name. */
  Node get(final String name) {
    final int index = indexOf(name);
    return index < 0 ? null : nodes[index];
  }

  /** Replaces an entry where it stands, or adds it at the end. */
  Directory with(final String name, final Node node) {
    final int index = indexOf(name);
    if (index >= 0) {
      final Node[] changed = nodes.clone();
      changed[index] = node;
      return new Directory(names, changed);
    }
    final String[] moreNames = Arrays.copyOf(names, names.length + 1);
    final Node[] moreNodes = Arrays.copyOf(nodes, names.length + 1);
    moreNames[names.length] = name;
    moreNodes[names.length] = node;
    return new Directory(moreNames, moreNodes);
  }

  /** Removes an entry; the others keep their order. */
  Directory without(final String name) {
    final int index = indexOf(name);
    if (index < 0) {
      return this;
    }
    final String[] fewerNames = Arrays.copyOf(names, names.length - 1);
    final Node[] fewerNodes = Arrays.copyOf(nodes, names.length - 1);
    final int behind = names.length - 1 - index;
    System.arraycopy(names, index + 1, fewerNames, index, behind);
    System.arraycopy(nodes, index + 1, fewerNodes, index, behind);
    return new Directory(fewerNames, fewerNodes);
  }

  @Override
  public long bytes() {
    long bytes = 0;
    for (final Node node : nodes) {
      bytes += node.bytes();
    }
    return bytes;
  }

  @Override
  public void appendTo(final StringBuilder text) {
    text.append('d').append(names.length).append('{');
    for (int i = 0; i < names.length; i++) {
      text.append(names[i].length()).append(':').append(names[i]);
      nodes[i].appendTo(text);
    }
    text.append('}');
  }

  @Override
  public boolean hasSameContents(final Node other) {
    if (this == other) {
      return true;
    }
    if (!(other instanceof Directory directory) || directory.size() != size()) {
      return false;
    }
    for (int i = 0; i < names.length; i++) {
      final Node twin = directory.get(names[i]);
      if (twin == null || !nodes[i].hasSameContents(twin)) {
        return false;
      }
    }
    return true;
  }

  private int indexOf(final String name) {
    for (int i = 0; i < names.length; i++) {
      if (names[i].equals(name)) {
        return i;
      }
    }
    return -1;
  }
}
