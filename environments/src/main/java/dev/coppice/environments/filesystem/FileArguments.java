package dev.coppice.environments.filesystem;

import dev.coppice.environments.tool.Argument;

/** The arguments of the file-system tools; tools with equal arguments share a record. */
final class FileArguments {
  private FileArguments() {}

  /** Takes nothing. */
  record None() {}

  /** Takes what to list. */
  record Ls(
      @Argument(value = "Show names that begin with a dot too.", defaultValue = "false")
          boolean a) {}

  /** Takes a directory to go to. */
  record Folder(@Argument("The directory to go to, or .. for the one above.") String folder) {}

  /** Takes the name of a directory. */
  record DirName(@Argument("The name of the directory.") String dirName) {}

  /** Takes the name of a file. */
  record FileName(@Argument("The name of the file in the current directory.") String fileName) {}

  /** Takes a text and where to write it. */
  record Echo(
      @Argument("The text to write or show.") String content,
      @Argument(value = "The file to write to.", defaultValue = Argument.OPTIONAL)
          String fileName) {}

  /** Takes what to look for. */
  record Find(
      @Argument(value = "What the names shown begin with.", defaultValue = ".") String path,
      @Argument(value = "The text to look for in names.", defaultValue = Argument.OPTIONAL)
          String name) {}

  /** Takes a file and what to count. */
  record Wc(
      @Argument("The file in the current directory.") String fileName,
      @Argument(value = "l for lines, w for words, c for characters.", defaultValue = "l")
          String mode) {}

  /** Takes a file and a text. */
  record Grep(
      @Argument("The file in the current directory.") String fileName,
      @Argument("The text to look for.") String pattern) {}

  /** Takes how to show a size. */
  record Du(
      @Argument(value = "Show the size in B, KB, MB or GB.", defaultValue = "false")
          boolean humanReadable) {}

  /** Takes a file and a number of lines. */
  record Tail(
      @Argument("The file in the current directory.") String fileName,
      @Argument(value = "The number of lines.", defaultValue = "10") int lines) {}

  /** Takes two files. */
  record Diff(
      @Argument("The first file in the current directory.") String fileName1,
      @Argument("The second file in the current directory.") String fileName2) {}

  /** Takes what to move or copy, and where. */
  record Transfer(
      @Argument("The file or directory in the current directory.") String source,
      @Argument("The new name, or a directory to put it into.") String destination) {}
}
