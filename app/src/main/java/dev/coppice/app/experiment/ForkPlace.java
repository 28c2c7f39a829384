package dev.coppice.app.experiment;

import dev.coppice.app.experiment.ExperimentException.Reason;
import dev.coppice.app.folder.GroupScan;
import dev.coppice.app.folder.RunFolder;
import dev.coppice.app.folder.StoredGroup;
import dev.coppice.trajectory.NodeKind;
import dev.coppice.trajectory.Span;
import dev.coppice.trajectory.SpanKind;
import dev.coppice.trajectory.ToolCall;
import dev.coppice.trajectory.TrajectoryNode;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Says where a path is forked; it looks at the path alone, never at what came of it.
 *
 * @param kind of the place.
 * @param turn of {@link Kind#TURN}; tokens of {@link Kind#BEFORE_FOLD}.
 * @param tool of {@link Kind#CALL}.
 */
record ForkPlace(Kind kind, int turn, String tool) {
  private static final Pattern TURN = Pattern.compile("turn:(\\d{1,6})");
  private static final Pattern CALL = Pattern.compile("call:(\\S+)");
  private static final Pattern REWARD =
      Pattern.compile("(?i).*(reward|score|solved|failed|success|correct|outcome|answer).*");
  private static final Set<SpanKind> MARKED =
      Set.of(SpanKind.TOOL_CALL, SpanKind.TOOL_NAME, SpanKind.TOOL_ARGS, SpanKind.ANSWER);

  /** Names the kinds of places. */
  enum Kind {
    /** After the note of the turn in which the task decides. */
    DECISION,
    /** Before a turn. */
    TURN,
    /** Before the first call of a tool. */
    CALL,
    /** Before the first turn at which a path holds so many tokens. */
    BEFORE_FOLD
  }

  /** Reads a place; a path is folded when it holds so many tokens. */
  static ForkPlace parse(final String text, final int foldTokens) {
    if (text.equals("decision")) {
      return new ForkPlace(Kind.DECISION, 0, "");
    }
    if (text.equals("before-fold")) {
      return new ForkPlace(Kind.BEFORE_FOLD, foldTokens, "");
    }
    final Matcher turn = TURN.matcher(text);
    if (turn.matches()) {
      return new ForkPlace(Kind.TURN, Integer.parseInt(turn.group(1)), "");
    }
    final Matcher call = CALL.matcher(text);
    if (call.matches()) {
      return new ForkPlace(Kind.CALL, 0, call.group(1));
    }
    if (REWARD.matcher(text).matches()) {
      throw new ExperimentException(
          Reason.SELECTS,
          "experiment.at chooses places by what came of them, and the effect would be that of the"
              + " choice: at="
              + text
              + "; take decision, turn:N, call:NAME or before-fold");
    }
    throw new ExperimentException(
        Reason.WRONG,
        "experiment.at must be decision, turn:N, call:NAME or before-fold: at=" + text);
  }

  /** Finds the place on the one path of a trunk, or null where the path does not come to it. */
  ForkPath find(final TrajectoryTree trunk, final int decisionTurn) {
    int at = 0;
    int tokens = 0;
    for (final TrajectoryNode node : trunk.nodes()) {
      final boolean isAction = node.kind() == NodeKind.ACTION;
      if (isAction && isHere(trunk, new Reached(at, tokens), decisionTurn)) {
        return at(trunk, at);
      }
      tokens += node.length();
      at += endsTurn(node) ? 1 : 0;
    }
    return null;
  }

  private static boolean endsTurn(final TrajectoryNode node) {
    return node.kind() == NodeKind.OBSERVATION && !node.isForced();
  }

  /** Says how far a path came: the turn, and the tokens before it. */
  private record Reached(int turn, int tokens) {}

  private boolean isHere(
      final TrajectoryTree trunk, final Reached reached, final int decisionTurn) {
    return switch (kind) {
      case DECISION -> reached.turn() == decisionTurn;
      case TURN -> reached.turn() == turn;
      case BEFORE_FOLD -> reached.tokens() >= turn;
      case CALL -> calls(trunk, reached.turn());
    };
  }

  private boolean calls(final TrajectoryTree trunk, final int at) {
    for (final ToolCall call : trunk.calls()) {
      if (call.tool().equals(tool) && turnOf(trunk, call.node()) == at) {
        return true;
      }
    }
    return false;
  }

  private static int turnOf(final TrajectoryTree trunk, final int node) {
    int at = 0;
    for (int id = 0; id < node; id++) {
      at += endsTurn(trunk.node(id)) ? 1 : 0;
    }
    return at;
  }

  private ForkPath at(final TrajectoryTree trunk, final int wanted) {
    final List<ForkPath.Piece> pieces = new ArrayList<>();
    final List<int[]> note = new ArrayList<>();
    final boolean hasNote = kind == Kind.DECISION || kind == Kind.CALL;
    String state = null;
    int at = 0;
    for (final TrajectoryNode node : trunk.nodes()) {
      if (at < wanted) {
        pieces.add(new ForkPath.Piece(endsTurn(node), node.tokens()));
        state = node.state() == null ? state : node.state();
        at += endsTurn(node) ? 1 : 0;
      } else if (node.kind() == NodeKind.PROMPT) {
        pieces.add(new ForkPath.Piece(false, node.tokens()));
      } else if (!hasNote) {
        break;
      } else {
        final int end = node.kind() == NodeKind.ACTION ? firstMark(node) : node.length();
        note.add(Arrays.copyOf(node.tokens(), end));
        if (end < node.length() || endsTurn(node)) {
          break;
        }
      }
    }
    return new ForkPath(wanted, state, pieces, ForkPath.joined(note));
  }

  /** A turn that never comes to a mark has no note: all of it is its answer. */
  private static int firstMark(final TrajectoryNode node) {
    int first = node.length();
    boolean found = false;
    for (final Span span : node.spans()) {
      if (MARKED.contains(span.kind())) {
        first = Math.min(first, span.start());
        found = true;
      }
    }
    return found ? first : 0;
  }

  /**
   * Holds the places of the trunks' paths.
   *
   * @param forks the path up to its place, by group; groups without one are left out.
   * @param problems that have a path with a place.
   */
  record Found(TreeMap<Long, ForkPath> forks, int problems) {}

  /** Finds the places of all paths of a trunk's run. */
  Found findAll(final RunFolder folder, final Map<Long, Integer> decisions) {
    final TreeMap<Long, ForkPath> forks = new TreeMap<>();
    final Set<String> problems = new HashSet<>();
    try (GroupScan scan = new GroupScan(folder.traces())) {
      for (StoredGroup group = scan.next(); group != null; group = scan.next()) {
        final TrajectoryTree tree = group.trajectories().getFirst();
        final ForkPath path = find(tree, decisions.getOrDefault(group.number(), -1));
        if (path != null) {
          forks.put(group.number(), path);
          problems.add(tree.task().id());
        }
      }
    }
    return new Found(forks, problems.size());
  }
}
