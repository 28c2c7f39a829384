package dev.coppice.app.experiment;

import dev.coppice.app.experiment.ExperimentException.Reason;
import dev.coppice.app.run.ProjectPaths;
import dev.coppice.episode.Environment;
import dev.coppice.model.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Changes one thing at a fork: what the model has read, or what goes on from there.
 *
 * @param text as configured.
 * @param change of the path.
 * @param keys of the configuration that differ from there, with their values.
 */
record Treatment(String text, Change change, Map<String, String> keys) {
  private static final Pattern SAMPLING = Pattern.compile("(sampling\\.[a-z-]+)=(.*)");
  private static final Pattern DROPPED = Pattern.compile("drop:(observation|note):([1-9]\\d{0,5})");
  private static final Pattern KEY = Pattern.compile("[a-z]+\\.[a-z.-]+=.*");
  private static final Pattern WORD = Pattern.compile("\\S+\\s*");

  Treatment {
    keys = Map.copyOf(keys);
  }

  /** Changes the tokens of a path. */
  interface Change {
    /** Leaves the path as it is. */
    Change NONE = (path, parts) -> path.ids();

    /** Returns the changed tokens, or null where the path lacks what is to be changed. */
    int[] of(ForkPath path, Parts parts);
  }

  /** Bundles what changes are made with. */
  record Parts(Tokenizer tokenizer, Environment environment) {}

  /** Changes nothing. */
  static Treatment nothing(final String text) {
    return new Treatment(text, Change.NONE, Map.of());
  }

  /** Reads a treatment. */
  static Treatment parse(final String text) {
    final Matcher sampling = SAMPLING.matcher(text);
    if (sampling.matches()) {
      requireSides(sampling.group(1), text);
      return new Treatment(text, Change.NONE, Map.of(sampling.group(1), sampling.group(2)));
    }
    if (text.startsWith("model:") && text.length() > "model:".length()) {
      final String name = text.substring("model:".length());
      return new Treatment(text, Change.NONE, Map.of("model.path", name));
    }
    if (text.startsWith("insert:") && text.length() > "insert:".length()) {
      return inserting(text, text.substring("insert:".length()));
    }
    final Matcher dropped = DROPPED.matcher(text);
    if (dropped.matches()) {
      final int number = Integer.parseInt(dropped.group(2));
      final boolean isNote = dropped.group(1).equals("note");
      return new Treatment(text, isNote ? withoutWord(number) : without(number), Map.of());
    }
    if (text.equals("fold:rule")) {
      return new Treatment(text, Treatment::folded, Map.of());
    }
    if (KEY.matcher(text).matches()) {
      throw mixed(text);
    }
    throw new ExperimentException(
        Reason.WRONG,
        "a treatment must be sampling.KEY=VALUE, insert:FILE, drop:observation:N, drop:note:N,"
            + " fold:rule or model:NAME: treatment="
            + text);
  }

  private static ExperimentException mixed(final String text) {
    return new ExperimentException(
        Reason.MIXED,
        "both sides of a pair go on under one contract of world, limits and calls, and this would"
            + " change it on one side: treatment="
            + text);
  }

  /** What couples the draws, or says what a turn is, is the same on both sides. */
  private static void requireSides(final String key, final String text) {
    if (List.of("sampling.draws", "sampling.coupling", "sampling.thinking").contains(key)) {
      throw mixed(text);
    }
  }

  private static Treatment inserting(final String text, final String name) {
    final String inserted;
    try {
      inserted = Files.readString(ProjectPaths.find(name));
    } catch (final IOException e) {
      throw new ExperimentException(
          Reason.WRONG, "the text to insert cannot be read: treatment=" + text + ": " + e);
    }
    return new Treatment(
        text,
        (path, parts) -> ForkPath.joined(List.of(path.ids(), parts.tokenizer().encode(inserted))),
        Map.of());
  }

  private static Change without(final int number) {
    return (path, parts) -> {
      final int at = path.observation(number);
      return at < 0 ? null : path.without(at);
    };
  }

  private static Change withoutWord(final int number) {
    return (path, parts) -> {
      final String note = parts.tokenizer().decode(path.note());
      final Matcher word = WORD.matcher(note);
      for (int i = 0; i < number; i++) {
        if (!word.find()) {
          return null;
        }
      }
      final String rest = note.substring(0, word.start()) + note.substring(word.end());
      return path.withNote(parts.tokenizer().encode(rest));
    };
  }

  /** Everything that was read gives way to the note the model wrote itself. */
  private static int[] folded(final ForkPath path, final Parts parts) {
    final int[] read = path.pieces().getFirst().tokens();
    final String prompt = parts.tokenizer().decode(read);
    final String kept = parts.environment().foldedPrompt(prompt);
    final int[] head = kept.equals(prompt) ? read : parts.tokenizer().encodePrompt(kept);
    final int[] ids = ForkPath.joined(List.of(head, path.note()));
    // A body longer than what it replaces would be no fold.
    return path.note().length == 0 || ids.length >= path.ids().length ? null : ids;
  }
}
