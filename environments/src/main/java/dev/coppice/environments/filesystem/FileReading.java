package dev.coppice.environments.filesystem;

import dev.coppice.environments.filesystem.FileArguments.Diff;
import dev.coppice.environments.filesystem.FileArguments.Du;
import dev.coppice.environments.filesystem.FileArguments.FileName;
import dev.coppice.environments.filesystem.FileArguments.Find;
import dev.coppice.environments.filesystem.FileArguments.Grep;
import dev.coppice.environments.filesystem.FileArguments.Ls;
import dev.coppice.environments.filesystem.FileArguments.None;
import dev.coppice.environments.filesystem.FileArguments.Tail;
import dev.coppice.environments.filesystem.FileArguments.Wc;
import dev.coppice.environments.tool.Step;
import dev.coppice.environments.tool.ToolException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** The file-system tools that change nothing. */
final class FileReading {
  private static final Pattern LINE_END =
      Pattern.compile("\r\n|[\n\u000B\f\r\u001C-\u001E\u0085\u2028\u2029]");
  private static final Pattern BLANKS = Pattern.compile("\\s+", Pattern.UNICODE_CHARACTER_CLASS);
  private static final int KILO = 1024;

  private FileReading() {}

  static Step<FileSystem> pwd(final FileSystem files, final None none) {
    return FileTools.shown(files, "current_working_directory", files.absolutePath());
  }

  static Step<FileSystem> ls(final FileSystem files, final Ls arguments) {
    final List<String> names =
        files.here().names().stream()
            .filter(name -> arguments.a() || !name.startsWith("."))
            .toList();
    return FileTools.shown(files, "current_directory_content", names);
  }

  static Step<FileSystem> cat(final FileSystem files, final FileName arguments)
      throws ToolException {
    return FileTools.shown(files, "file_content", files.content("cat", arguments.fileName()));
  }

  /** Always searches below the current directory: the path only begins the names it shows. */
  static Step<FileSystem> find(final FileSystem files, final Find arguments) {
    final List<String> matches = new ArrayList<>();
    String prefix = arguments.path();
    while (prefix.endsWith("/")) {
      prefix = prefix.substring(0, prefix.length() - 1);
    }
    find(files.here(), prefix, arguments.name(), matches);
    return FileTools.shown(files, "matches", matches);
  }

  private static void find(
      final Directory directory,
      final String prefix,
      final String name,
      final List<String> matches) {
    for (final String entry : directory.names()) {
      final String path = prefix + "/" + entry;
      if (name == null || entry.contains(name)) {
        matches.add(path);
      }
      if (directory.get(entry) instanceof Directory below) {
        find(below, path, name, matches);
      }
    }
  }

  static Step<FileSystem> wc(final FileSystem files, final Wc arguments) throws ToolException {
    final String content = files.content("wc", arguments.fileName());
    return switch (arguments.mode()) {
      case "l" -> counted(files, lines(content).size(), "lines");
      case "w" -> counted(files, words(content), "words");
      case "c" -> counted(files, content.codePointCount(0, content.length()), "characters");
      default -> throw new ToolException("wc: mode must be l, w or c");
    };
  }

  private static Step<FileSystem> counted(
      final FileSystem files, final int count, final String unit) {
    return new Step<>(files, Map.of("count", count, "type", unit));
  }

  private static int words(final String content) {
    final String trimmed = BLANKS.matcher(content).replaceAll(" ").strip();
    return trimmed.isEmpty() ? 0 : trimmed.split(" ").length;
  }

  static Step<FileSystem> sort(final FileSystem files, final FileName arguments)
      throws ToolException {
    final List<String> lines = lines(files.content("sort", arguments.fileName()));
    return FileTools.shown(
        files, "sorted_content", String.join("\n", lines.stream().sorted().toList()));
  }

  static Step<FileSystem> grep(final FileSystem files, final Grep arguments) throws ToolException {
    final List<String> matching =
        lines(files.content("grep", arguments.fileName())).stream()
            .filter(line -> line.contains(arguments.pattern()))
            .toList();
    return FileTools.shown(files, "matching_lines", matching);
  }

  static Step<FileSystem> du(final FileSystem files, final Du arguments) {
    final long bytes = files.here().bytes();
    if (!arguments.humanReadable()) {
      return FileTools.shown(files, "disk_usage", bytes + " bytes");
    }
    double size = bytes;
    for (final String unit : List.of("B", "KB", "MB", "GB")) {
      if (size < KILO) {
        return FileTools.shown(
            files, "disk_usage", String.format(Locale.ROOT, "%.2f %s", size, unit));
      }
      size /= KILO;
    }
    return FileTools.shown(files, "disk_usage", String.format(Locale.ROOT, "%.2f TB", size));
  }

  static Step<FileSystem> tail(final FileSystem files, final Tail arguments) throws ToolException {
    final List<String> lines = lines(files.content("tail", arguments.fileName()));
    if (arguments.lines() < 0) {
      throw new ToolException("tail: lines must not be negative");
    }
    // As in the published tool, zero lines are all lines.
    final int count = arguments.lines() == 0 ? lines.size() : arguments.lines();
    final int from = Math.max(0, lines.size() - count);
    return FileTools.shown(
        files, "last_lines", String.join("\n", lines.subList(from, lines.size())));
  }

  static Step<FileSystem> diff(final FileSystem files, final Diff arguments) throws ToolException {
    final List<String> one = lines(files.content("diff", arguments.fileName1()));
    final List<String> two = lines(files.content("diff", arguments.fileName2()));
    final List<String> differences = new ArrayList<>();
    for (int i = 0; i < Math.min(one.size(), two.size()); i++) {
      if (!one.get(i).equals(two.get(i))) {
        differences.add("- " + one.get(i) + "\n+ " + two.get(i));
      }
    }
    return FileTools.shown(files, "diff_lines", String.join("\n", differences));
  }

  private static List<String> lines(final String content) {
    if (content.isEmpty()) {
      return List.of();
    }
    final List<String> lines = new ArrayList<>(List.of(LINE_END.split(content, -1)));
    if (lines.getLast().isEmpty()) {
      lines.removeLast();
    }
    return lines;
  }
}
