package dev.coppice.bench.tidy;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Finds packages that depend on each other in a circle. */
final class PackageCycles {
  private final Map<String, Set<String>> uses = new TreeMap<>();

  PackageCycles(final Collection<JavaSource> sources) {
    final Set<String> packages = new HashSet<>();
    sources.forEach(source -> packages.add(source.packageName()));
    for (final JavaSource source : sources) {
      final Set<String> used = uses.computeIfAbsent(source.packageName(), name -> new TreeSet<>());
      for (final String name : source.imports()) {
        final String target = packageOf(name, packages);
        if (target != null && !target.equals(source.packageName())) {
          used.add(target);
        }
      }
    }
  }

  private static String packageOf(final String name, final Set<String> packages) {
    for (int end = name.length(); end > 0; end = name.lastIndexOf('.', end - 1)) {
      if (packages.contains(name.substring(0, end))) {
        return name.substring(0, end);
      }
    }
    return null;
  }

  /** Returns a way from a package back to itself, or an empty list. */
  List<String> find() {
    for (final String start : uses.keySet()) {
      final Deque<List<String>> ways = new ArrayDeque<>(List.of(List.of(start)));
      final Set<String> seen = new HashSet<>();
      while (!ways.isEmpty()) {
        final List<String> way = ways.poll();
        for (final String next : uses.getOrDefault(way.getLast(), Set.of())) {
          final List<String> longer = new java.util.ArrayList<>(way);
          longer.add(next);
          if (next.equals(start)) {
            return longer;
          }
          if (seen.add(next)) {
            ways.add(longer);
          }
        }
      }
    }
    return List.of();
  }
}
