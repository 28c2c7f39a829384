package dev.coppice.bench.tidy;

import java.util.ArrayList;
import java.util.List;

/**
 * Says who may import whom, by the longest package prefix that fits.
 *
 * <p>The core knows no block and no model, the decoder alone knows {@code kvcache}; what is above
 * the port of the model knows the port and no runner. {@code bench} measures every room by itself
 * and so may use all of them.
 *
 * @param prefix of the packages the law is for.
 * @param ours the packages of this project they may use, beside their own.
 * @param others the foreign packages they may use, beside {@code java}.
 */
record ImportLaw(String prefix, List<String> ours, List<String> others) {
  private static final List<String> JSON = List.of("com.fasterxml.jackson");
  private static final List<String> PORTS =
      List.of("draw", "trajectory", "episode", "model", "allocation", "scheduling", "plug");

  private static final String ERRORS = "dev.coppice.error";

  /** The laws, in the order of the design's table. */
  static final List<ImportLaw> ALL =
      List.of(
          law("kvcache", List.of(), List.of("org.agrona")),
          law("draw", List.of(), List.of()),
          law("trajectory", List.of("draw"), List.of("org.agrona")),
          law("plug", List.of(), List.of()),
          law("error", List.of(), List.of()),
          law("episode", List.of("trajectory"), List.of()),
          law("model", List.of("plug", "draw", "trajectory"), List.of()),
          law("allocation", List.of("plug", "draw", "trajectory"), List.of()),
          law(
              "scheduling",
              List.of("plug", "draw", "trajectory", "rollout", "allocation"),
              List.of()),
          law("rollout", List.of("draw", "trajectory", "episode", "allocation"), List.of()),
          law("core", with(PORTS, "rollout"), List.of("org.agrona")),
          law("eventlog", with(PORTS, "core", "rollout"), List.of("org.agrona")),
          law(
              "engine",
              with(PORTS, "core", "rollout", "eventlog"),
              List.of("com.lmax.disruptor", "org.HdrHistogram", "org.agrona")),
          law("chat", List.of("model", "episode"), with(JSON, "ai.djl.huggingface")),
          law(
              "decoder",
              List.of("plug", "draw", "trajectory", "model", "kvcache", "chat.files", "chat.gguf"),
              with(JSON, "ai.djl", "jdk.incubator.vector", "org.agrona", "com.google.gson")),
          law("remote", List.of("plug", "draw", "trajectory", "model", "chat"), JSON),
          law(
              "training",
              List.of("trajectory", "decoder", "chat", "environments.arithmetic"),
              with(JSON, "ai.djl", "org.agrona")),
          law(
              "environments",
              List.of("plug", "draw", "trajectory", "episode", "model"),
              with(JSON, "org.agrona", "com.networknt.schema")),
          law(
              "worlds",
              with(PORTS, "plug", "environments"),
              with(
                  JSON,
                  "org.apache.lucene",
                  "io.modelcontextprotocol",
                  "reactor.core",
                  "org.HdrHistogram",
                  "com.sun.net.httpserver")),
          law("credit", List.of("plug", "draw", "trajectory"), List.of()),
          law(
              "bridge",
              List.of("draw", "trajectory", "credit"),
              with(
                  JSON,
                  "org.apache.arrow",
                  "org.agrona",
                  "io.grpc",
                  "io.netty",
                  "com.github.luben")),
          law(
              "proxy",
              List.of("draw", "trajectory", "episode", "model", "rollout", "chat"),
              with(JSON, "io.helidon")),
          law(
              "app",
              with(
                  PORTS,
                  "plug",
                  "core",
                  "engine",
                  "eventlog",
                  "rollout",
                  "chat",
                  "training",
                  "environments",
                  "worlds",
                  "credit",
                  "bridge",
                  "proxy",
                  "remote.trial",
                  "remote.probe"),
              with(JSON, "info.picocli", "picocli", "org.tomlj", "org.HdrHistogram", "org.agrona")),
          law(
              "app.explorer",
              List.of(
                  "app",
                  "bridge",
                  "chat.files",
                  "credit",
                  "draw",
                  "environments",
                  "model",
                  "plug",
                  "rollout",
                  "trajectory"),
              with(JSON, "info.picocli", "picocli", "io.helidon")),
          law(
              "bench",
              List.of(""),
              with(
                  JSON,
                  "org.apache.arrow",
                  "io.grpc",
                  "org.openjdk",
                  "org.jfree",
                  "picocli",
                  "org.HdrHistogram",
                  "org.agrona",
                  "com.sun.management",
                  "com.sun.source")));

  private static ImportLaw law(
      final String name, final List<String> ours, final List<String> others) {
    return new ImportLaw(
        "dev.coppice." + name, ours.stream().map(other -> "dev.coppice." + other).toList(), others);
  }

  private static List<String> with(final List<String> list, final String... more) {
    final List<String> all = new ArrayList<>(list);
    all.addAll(List.of(more));
    return List.copyOf(all);
  }

  /** Finds the law for a package, or null. */
  static ImportLaw of(final String packageName) {
    ImportLaw found = null;
    for (final ImportLaw law : ALL) {
      if (isWithin(packageName, law.prefix)
          && (found == null || law.prefix.length() > found.prefix.length())) {
        found = law;
      }
    }
    return found;
  }

  /** Returns whether the law lets its packages use a name; errors are everyone's. */
  boolean allows(final String name) {
    if (isWithin(name, "java")
        || isWithin(name, "javax")
        || isWithin(name, ERRORS)
        || isWithin(name, prefix)) {
      return true;
    }
    for (final String other : name.startsWith("dev.coppice.") ? ours : others) {
      if (other.equals("dev.coppice.") || isWithin(name, other)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isWithin(final String name, final String prefix) {
    return name.equals(prefix) || name.startsWith(prefix + ".");
  }
}
