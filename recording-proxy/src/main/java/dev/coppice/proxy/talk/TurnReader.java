package dev.coppice.proxy.talk;

import dev.coppice.episode.turn.PartialCharacters;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Reads a turn while it is sampled: finds stops and calls, and tells what is certain.
 *
 * <p>Text is held back where it may be the beginning of a stop or of a mark, an incomplete
 * character, or blanks before a call. What stands between marks and is no call is text.
 *
 * @thread one.
 */
public final class TurnReader {
  private final List<String> stops;
  private final boolean findsCalls;
  private final boolean parallel;
  private final Supplier<String> ids;
  private final Consumer<ReplyPart> out;
  private final StringBuilder pending = new StringBuilder();
  private final StringBuilder blanks = new StringBuilder();
  private final StringBuilder content = new StringBuilder();
  private final List<ToolUse> calls = new ArrayList<>();
  private boolean inCall;
  private String stop;
  private boolean ended;

  /**
   * Makes a reader.
   *
   * @param ask the turn answers.
   * @param forced text of a call the turn begins with, or empty.
   * @param ids of calls.
   * @param out told of every part, in order.
   */
  public TurnReader(
      final TalkAsk ask,
      final String forced,
      final Supplier<String> ids,
      final Consumer<ReplyPart> out) {
    this.stops = ask.limits().stops();
    this.findsCalls = ask.tools().choice() != TalkAsk.ToolChoice.NONE;
    this.parallel = ask.tools().parallel();
    this.ids = ids;
    this.out = out;
    if (!forced.isEmpty()) {
      inCall = true;
      pending.append(forced, CallMarks.OPEN.length(), forced.length());
    }
  }

  /**
   * Takes the text of the next token.
   *
   * @param piece of text, as {@code Tokenizer.piece} has it.
   * @return false if the turn ends here.
   */
  public boolean accept(final String piece) {
    final int seen = pending.length();
    pending.append(piece);
    PartialCharacters.join(pending, Math.max(0, seen - PartialCharacters.LONGEST));
    cutAtStop();
    boolean moved = true;
    while (moved && !ended) {
      moved = inCall ? closeCall() : openCall();
    }
    if (ended || stop != null) {
      ended = true;
      return false;
    }
    if (!inCall) {
      tell(pending.length() - heldBack());
    }
    return true;
  }

  private void cutAtStop() {
    int at = -1;
    for (final String candidate : stops) {
      final int found = pending.indexOf(candidate);
      if (found >= 0 && (at < 0 || found < at)) {
        at = found;
        stop = candidate;
      }
    }
    if (at >= 0) {
      pending.setLength(at);
    }
  }

  private boolean openCall() {
    final int at = findsCalls ? pending.indexOf(CallMarks.OPEN) : -1;
    if (at < 0) {
      return false;
    }
    tell(at);
    pending.delete(0, CallMarks.OPEN.length());
    inCall = true;
    return true;
  }

  private boolean closeCall() {
    final int at = pending.indexOf(CallMarks.CLOSE);
    if (at < 0) {
      return false;
    }
    final String inside = pending.substring(0, at);
    pending.delete(0, at + CallMarks.CLOSE.length());
    inCall = false;
    if (!call(inside)) {
      say(CallMarks.OPEN + inside + CallMarks.CLOSE);
    }
    return true;
  }

  private boolean call(final String inside) {
    final List<CallMarks.Made> made = CallMarks.read(inside);
    if (made == null) {
      return false;
    }
    blanks.setLength(0);
    for (final CallMarks.Made one : made) {
      final ToolUse use = new ToolUse(ids.get(), one.name(), one.arguments());
      calls.add(use);
      out.accept(new ReplyPart.Call(use));
      if (!parallel) {
        ended = true;
        return true;
      }
    }
    return true;
  }

  private int heldBack() {
    int held = findsCalls ? overlap(CallMarks.OPEN) : 0;
    for (final String candidate : stops) {
      held = Math.max(held, overlap(candidate));
    }
    int at = pending.length();
    while (at > 0 && Character.isSurrogate(pending.charAt(at - 1)) && pending.length() - at < 3) {
      at--;
    }
    final boolean partial = at < pending.length() && isByte(pending.charAt(at));
    return Math.max(held, partial ? pending.length() - at : 0);
  }

  private static boolean isByte(final char unit) {
    return unit >= 0xDC80 && unit <= 0xDCFF;
  }

  /** Counts the last letters that are the first of a mark. */
  private int overlap(final String mark) {
    for (int length = Math.min(mark.length() - 1, pending.length()); length > 0; length--) {
      if (mark.startsWith(pending.substring(pending.length() - length))) {
        return length;
      }
    }
    return 0;
  }

  private void tell(final int length) {
    if (length > 0) {
      final String text = pending.substring(0, length);
      pending.delete(0, length);
      say(text);
    }
  }

  /** Blanks are held where a call may follow: they belong to its marks. */
  private void say(final String text) {
    String said = PartialCharacters.replaceIncomplete(text);
    if (findsCalls) {
      final String all = blanks + said;
      said = all.stripTrailing();
      blanks.setLength(0);
      blanks.append(all, said.length(), all.length());
      if (content.isEmpty() && !calls.isEmpty()) {
        said = said.stripLeading();
      }
    }
    if (!said.isEmpty()) {
      content.append(said);
      out.accept(new ReplyPart.Text(said));
    }
  }

  /** Takes in that nothing more comes, and tells what was held back. */
  public void finish() {
    if (inCall) {
      inCall = false;
      final String inside = pending.toString();
      pending.setLength(0);
      if (!call(inside)) {
        say(CallMarks.OPEN + inside);
      }
    } else if (!ended || stop != null) {
      tell(pending.length());
    }
    if (calls.isEmpty() && !blanks.isEmpty()) {
      final String rest = blanks.toString();
      blanks.setLength(0);
      content.append(rest);
      out.accept(new ReplyPart.Text(rest));
    }
  }

  /**
   * Returns the stop that ended the turn.
   *
   * @return one of those asked for, or null.
   */
  public String stop() {
    return stop;
  }

  /**
   * Returns the calls made.
   *
   * @return the calls so far.
   */
  public List<ToolUse> calls() {
    return List.copyOf(calls);
  }

  /**
   * Returns what was said beside the calls.
   *
   * @return the text so far.
   */
  public String content() {
    return content.toString();
  }
}
