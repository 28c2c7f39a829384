package dev.coppice.environments.filesystem;

import dev.coppice.environments.filesystem.FileArguments.Diff;
import dev.coppice.environments.filesystem.FileArguments.DirName;
import dev.coppice.environments.filesystem.FileArguments.Du;
import dev.coppice.environments.filesystem.FileArguments.Echo;
import dev.coppice.environments.filesystem.FileArguments.FileName;
import dev.coppice.environments.filesystem.FileArguments.Find;
import dev.coppice.environments.filesystem.FileArguments.Folder;
import dev.coppice.environments.filesystem.FileArguments.Grep;
import dev.coppice.environments.filesystem.FileArguments.Ls;
import dev.coppice.environments.filesystem.FileArguments.None;
import dev.coppice.environments.filesystem.FileArguments.Tail;
import dev.coppice.environments.filesystem.FileArguments.Transfer;
import dev.coppice.environments.filesystem.FileArguments.Wc;
import dev.coppice.environments.tool.SideEffect;
import dev.coppice.environments.tool.Step;
import dev.coppice.environments.tool.Tool;
import dev.coppice.environments.tool.ToolBody;
import dev.coppice.environments.tool.ToolException;
import dev.coppice.environments.tool.Toolbox;
import java.util.List;
import java.util.Map;

/**
 * The tools of the file-system API, and those of them that change something.
 *
 * <p>Names, arguments and results are those of BFCL. Where the published implementation shares
 * files between a directory and its copy, or loses a directory that is moved into itself, this one
 * does not.
 */
final class FileTools {
  private static final String FORBIDDEN = "|/\\?%*:\"><";

  private FileTools() {}

  static Toolbox<FileSystem> toolbox() {
    return new Toolbox<>(
        List.of(
            read("pwd", "Returns the path of the current directory.", None.class, FileReading::pwd),
            read("ls", "Lists the current directory.", Ls.class, FileReading::ls),
            write("cd", "Changes the current directory, one level.", Folder.class, FileTools::cd),
            write(
                "mkdir", "Makes a directory in the current one.", DirName.class, FileTools::mkdir),
            write(
                "touch",
                "Makes an empty file in the current directory.",
                FileName.class,
                FileTools::touch),
            write("echo", "Writes text to a file or shows it.", Echo.class, FileTools::echo),
            read("cat", "Shows a file.", FileName.class, FileReading::cat),
            read(
                "find",
                "Finds names that contain a text, at any depth.",
                Find.class,
                FileReading::find),
            read("wc", "Counts lines, words or characters of a file.", Wc.class, FileReading::wc),
            read("sort", "Shows the lines of a file in order.", FileName.class, FileReading::sort),
            read("grep", "Shows the lines that contain a text.", Grep.class, FileReading::grep),
            read("du", "Adds up the sizes below the current directory.", Du.class, FileReading::du),
            read("tail", "Shows the last lines of a file.", Tail.class, FileReading::tail),
            read("diff", "Compares two files line by line.", Diff.class, FileReading::diff),
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
    return new Tool<>(name, description, SideEffect.READ, type, body);
  }

  private static <A extends Record> Tool<FileSystem, A> write(
      final String name,
      final String description,
      final Class<A> type,
      final ToolBody<FileSystem, A> body) {
    return new Tool<>(name, description, SideEffect.WRITE, type, body);
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

  static Step<FileSystem> shown(final FileSystem files, final String key, final Object value) {
    return new Step<>(files, Map.of(key, value));
  }

  private static Step<FileSystem> done(
      final FileSystem files, final String name, final String done) {
    return shown(files, "result", "'" + name + "' " + done);
  }
}
