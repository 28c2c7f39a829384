package dev.coppice.environments.filesystem;

import dev.coppice.environments.tool.Argument;
import dev.coppice.environments.tool.Effect;
import dev.coppice.environments.tool.Step;
import dev.coppice.environments.tool.Tool;
import dev.coppice.environments.tool.ToolBody;
import dev.coppice.environments.tool.ToolException;
import dev.coppice.environments.tool.Toolbox;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The tools of the file-system API.
 *
 * <p>Names, arguments and results are those of BFCL. Where the published implementation shares
 * files between a directory and its copy, or loses a directory that is moved into itself, this one
 * does not.
 */
final class FileTools {
  private static final Pattern LINE_END =
      Pattern.compile("\r\n|[\n\u000B\f\r\u001C-\u001E\u0085\u2028\u2029]");
  private static final Pattern BLANKS = Pattern.compile("\\s+", Pattern.UNICODE_CHARACTER_CLASS);
  private static final String FORBIDDEN = "|/\\?%*:\"><";
  private static final int KILO = 1024;

  private FileTools() {}

  static Toolbox<FileSystem> toolbox() {
    return new Toolbox<>(
        List.of(
            read("pwd", "Returns the path of the current directory.", None.class, FileTools::pwd),
            read("ls", "Lists the current directory.", Ls.class, FileTools::ls),
            write("cd", "Changes the current directory, one level.", Folder.class, FileTools::cd),
            write(
                "mkdir", "Makes a directory in the current one.", DirName.class, FileTools::mkdir),
            write(
                "touch",
                "Makes an empty file in the current directory.",
                FileName.class,
                FileTools::touch),
            write("echo", "Writes text to a file or shows it.", Echo.class, FileTools::echo),
            read("cat", "Shows a file.", FileName.class, FileTools::cat),
            read("find", "Finds names that contain a text, at any depth.", Find.class, FileTools::find),
            read("wc", "Counts lines, words or characters of a file.", Wc.class, FileTools::wc),
            read("sort", "Shows the lines of a file in order.", FileName.class, FileTools::sort),
            read("grep", "Shows the lines that contain a text.", Grep.class, FileTools::grep),
            read("du", "Adds up the sizes below the current directory.", Du.class, FileTools::du),
            read("tail", "Shows the last lines of a file.", Tail.class, FileTools::tail),
            read("diff", "Compares two files line by line.", Diff.class, FileTools::diff),
            write("mv", "Moves or renames a file or directory.", Transfer.class, FileTools::mv),
            write("rm", "Removes a file or directory.", FileName.class, FileTools::rm),
            write("rmdir", "Removes an empty directory.", DirName.class, FileTools::rmdir),
            write("cp", "Copies a file or directory.", Transfer.class, FileTools::cp)));
  }

  private static <A extends Record> Tool<FileSystem, A> read(
      final String name,
      final String description,
      final Class<A> type,
      final ToolBody<FileSystem, A> body) {
    return new Tool<>(name, description, Effect.READ, type, body);
  }

  private static <A extends Record> Tool<FileSystem, A> write(
      final String name,
      final String description,
      final Class<A> type,
      final ToolBody<FileSystem, A> body) {
    return new Tool<>(name, description, Effect.WRITE, type, body);
  }

  private static Step<FileSystem> pwd(final FileSystem files, final None none) {
    return shown(files, "current_working_directory", files.absolutePath());
  }

  private static Step<FileSystem> ls(final FileSystem files, final Ls arguments) {
    final List<String> names =
        files.here().names().stream().filter(name -> arguments.a() || !name.startsWith(".")).toList();
    return shown(files, "current_directory_content", names);
  }

  private static Step<FileSystem> cd(final FileSystem files, final Folder arguments)
      throws ToolException {
    final String folder = withoutTrailingSlashes(arguments.folder());
    switch (folder) {
      case "/":
        return shown(files.atRoot(), "current_working_directory", files.atRoot().name());
      case ".":
        return shown(files, "current_working_directory", files.name());
      case "..":
        if (files.isAtRoot()) {
          throw new ToolException("cd: this is the root; there is no way up");
        }
        return new Step<>(files.left(), Map.of());
      default:
        break;
    }
    if (!(files.get(folder) instanceof Directory)) {
      throw new ToolException(
          "cd: there is no directory " + folder + " here; one level at a time, no paths");
    }
    return shown(files.entered(folder), "current_working_directory", folder);
  }

  private static String withoutTrailingSlashes(final String folder) {
    int end = folder.length();
    while (end > 0 && folder.charAt(end - 1) == '/') {
      end--;
    }
    return end == 0 ? "/" : folder.substring(0, end);
  }

  private static Step<FileSystem> mkdir(final FileSystem files, final DirName arguments)
      throws ToolException {
    return made(files, "mkdir", arguments.dirName(), Directory.EMPTY);
  }

  private static Step<FileSystem> touch(final FileSystem files, final FileName arguments)
      throws ToolException {
    return made(files, "touch", arguments.fileName(), new Node.TextFile(""));
  }

  private static Step<FileSystem> made(
      final FileSystem files, final String tool, final String name, final Node node)
      throws ToolException {
    checkName(tool, name);
    checkAbsent(tool, files.here(), name);
    return new Step<>(files.with(name, node), null);
  }

  private static Step<FileSystem> echo(final FileSystem files, final Echo arguments)
      throws ToolException {
    final String name = arguments.fileName();
    if (name == null || name.isEmpty()) {
      return shown(files, "terminal_output", arguments.content());
    }
    checkName("echo", name);
    files.content("echo", name);
    return new Step<>(files.with(name, new Node.TextFile(arguments.content())), null);
  }

  private static Step<FileSystem> cat(final FileSystem files, final FileName arguments)
      throws ToolException {
    return shown(files, "file_content", files.content("cat", arguments.fileName()));
  }

  /** Always searches below the current directory: the path only begins the names it shows. */
  private static Step<FileSystem> find(final FileSystem files, final Find arguments) {
    final List<String> matches = new ArrayList<>();
    String prefix = arguments.path();
    while (prefix.endsWith("/")) {
      prefix = prefix.substring(0, prefix.length() - 1);
    }
    find(files.here(), prefix, arguments.name(), matches);
    return shown(files, "matches", matches);
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

  private static Step<FileSystem> wc(final FileSystem files, final Wc arguments)
      throws ToolException {
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

  private static Step<FileSystem> sort(final FileSystem files, final FileName arguments)
      throws ToolException {
    final List<String> lines = lines(files.content("sort", arguments.fileName()));
    return shown(files, "sorted_content", String.join("\n", lines.stream().sorted().toList()));
  }

  private static Step<FileSystem> grep(final FileSystem files, final Grep arguments)
      throws ToolException {
    final List<String> matching =
        lines(files.content("grep", arguments.fileName())).stream()
            .filter(line -> line.contains(arguments.pattern()))
            .toList();
    return shown(files, "matching_lines", matching);
  }

  private static Step<FileSystem> du(final FileSystem files, final Du arguments) {
    final long bytes = files.here().bytes();
    if (!arguments.humanReadable()) {
      return shown(files, "disk_usage", bytes + " bytes");
    }
    double size = bytes;
    for (final String unit : List.of("B", "KB", "MB", "GB")) {
      if (size < KILO) {
        return shown(files, "disk_usage", String.format(Locale.ROOT, "%.2f %s", size, unit));
      }
      size /= KILO;
    }
    return shown(files, "disk_usage", String.format(Locale.ROOT, "%.2f TB", size));
  }

  private static Step<FileSystem> tail(final FileSystem files, final Tail arguments)
      throws ToolException {
    final List<String> lines = lines(files.content("tail", arguments.fileName()));
    if (arguments.lines() < 0) {
      throw new ToolException("tail: lines must not be negative");
    }
    // As in the published tool, zero lines are all lines.
    final int count = arguments.lines() == 0 ? lines.size() : arguments.lines();
    final int from = Math.max(0, lines.size() - count);
    return shown(files, "last_lines", String.join("\n", lines.subList(from, lines.size())));
  }

  private static Step<FileSystem> diff(final FileSystem files, final Diff arguments)
      throws ToolException {
    final List<String> one = lines(files.content("diff", arguments.fileName1()));
    final List<String> two = lines(files.content("diff", arguments.fileName2()));
    final List<String> differences = new ArrayList<>();
    for (int i = 0; i < Math.min(one.size(), two.size()); i++) {
      if (!one.get(i).equals(two.get(i))) {
        differences.add("- " + one.get(i) + "\n+ " + two.get(i));
      }
    }
    return shown(files, "diff_lines", String.join("\n", differences));
  }

  private static Step<FileSystem> rm(final FileSystem files, final FileName arguments)
      throws ToolException {
    checkPresent("rm", files, arguments.fileName());
    return done(files.without(arguments.fileName()), arguments.fileName(), "removed");
  }

  private static Step<FileSystem> rmdir(final FileSystem files, final DirName arguments)
      throws ToolException {
    final String name = arguments.dirName();
    if (!(files.get(name) instanceof Directory directory)) {
      throw new ToolException("rmdir: there is no directory " + name + " here");
    }
    if (directory.size() > 0) {
      throw new ToolException("rmdir: the directory " + name + " is not empty");
    }
    return done(files.without(name), name, "removed");
  }

  private static Step<FileSystem> mv(final FileSystem files, final Transfer arguments)
      throws ToolException {
    final String source = arguments.source();
    if (source.equals(arguments.destination())) {
      throw new ToolException("mv: source and destination are the same: " + source);
    }
    final Step<FileSystem> copied = transferred(files, "mv", arguments, "moved");
    return new Step<>(copied.state().without(source), copied.result());
  }

  private static Step<FileSystem> cp(final FileSystem files, final Transfer arguments)
      throws ToolException {
    return transferred(files, "cp", arguments, "copied");
  }

  private static Step<FileSystem> transferred(
      final FileSystem files, final String tool, final Transfer arguments, final String done)
      throws ToolException {
    final String source = arguments.source();
    final String destination = arguments.destination();
    checkPresent(tool, files, source);
    if (destination.contains("/")) {
      throw new ToolException(tool + ": the destination must be a name, not a path");
    }
    final Node node = files.get(source);
    final Node target = files.get(destination);
    if (target == null) {
      return done(files.with(destination, node), source, done + " to '" + destination + "'");
    }
    if (!(target instanceof Directory directory)) {
      throw new ToolException(tool + ": the destination " + destination + " is not a directory");
    }
    checkAbsent(tool, directory, source);
    return done(
        files.with(destination, directory.with(source, node)),
        source,
        done + " to '" + destination + "/" + source + "'");
  }

  private static void checkPresent(final String tool, final FileSystem files, final String name)
      throws ToolException {
    if (files.get(name) == null) {
      throw new ToolException(tool + ": there is no file or directory " + name + " here");
    }
  }

  private static void checkAbsent(final String tool, final Directory where, final String name)
      throws ToolException {
    if (where.get(name) != null) {
      throw new ToolException(tool + ": " + name + " exists already");
    }
  }

  private static void checkName(final String tool, final String name) throws ToolException {
    if (name.chars().anyMatch(symbol -> FORBIDDEN.indexOf(symbol) >= 0)) {
      throw new ToolException(tool + ": a name must not contain any of " + FORBIDDEN);
    }
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

  private static Step<FileSystem> shown(
      final FileSystem files, final String key, final Object value) {
    return new Step<>(files, Map.of(key, value));
  }

  private static Step<FileSystem> done(
      final FileSystem files, final String name, final String done) {
    return shown(files, "result", "'" + name + "' " + done);
  }

  record None() {}

  record Ls(@Argument(value = "Show names that begin with a dot too.", otherwise = "false") boolean a) {}

  record Folder(@Argument("The directory to go to, or .. for the one above.") String folder) {}

  record DirName(@Argument("The name of the directory.") String dirName) {}

  record FileName(@Argument("The name of the file in the current directory.") String fileName) {}

  record Echo(
      @Argument("The text to write or show.") String content,
      @Argument(value = "The file to write to.", otherwise = Argument.NOTHING) String fileName) {}

  record Find(
      @Argument(value = "What the names shown begin with.", otherwise = ".") String path,
      @Argument(value = "The text to look for in names.", otherwise = Argument.NOTHING)
          String name) {}

  record Wc(
      @Argument("The file in the current directory.") String fileName,
      @Argument(value = "l for lines, w for words, c for characters.", otherwise = "l")
          String mode) {}

  record Grep(
      @Argument("The file in the current directory.") String fileName,
      @Argument("The text to look for.") String pattern) {}

  record Du(
      @Argument(value = "Show the size in B, KB, MB or GB.", otherwise = "false")
          boolean humanReadable) {}

  record Tail(
      @Argument("The file in the current directory.") String fileName,
      @Argument(value = "The number of lines.", otherwise = "10") int lines) {}

  record Diff(
      @Argument("The first file in the current directory.") String fileName1,
      @Argument("The second file in the current directory.") String fileName2) {}

  record Transfer(
      @Argument("The file or directory in the current directory.") String source,
      @Argument("The new name, or a directory to put it into.") String destination) {}
}
