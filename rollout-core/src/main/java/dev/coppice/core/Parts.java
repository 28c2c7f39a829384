package dev.coppice.core;

import dev.coppice.draw.Copies;
import dev.coppice.model.Draws;

/**
 * Sorts the draws of one row into the branches that go on with them.
 *
 * <p>Samples that share a path go on together where they drew the same token, and apart from the
 * others; where the token asks for something each of them draws afresh, every one goes on alone. A
 * branch of one sample that does not coalesce gives every child a part, whatever it drew.
 *
 * <pre>
 *   samples 0..4 drew   a b a a c     parts   a: 0 2 3     b: 1     c: 4
 * </pre>
 *
 * @thread the engine thread; filled again for each row.
 */
final class Parts {
  private static final int[] ONLY_DRAW = {0};

  private final boolean coalesce;
  private final Afresh afresh;
  private Branch branch;
  private int children;
  private int draws;
  private int count;
  private int[] partOf = new int[16];
  private int[] rowDraw = new int[16];
  private int[] first = new int[16];
  private int[] size = new int[16];
  private int[] token = new int[16];
  private boolean[] alone = new boolean[16];

  /** Tells where samples must not share what a token asks for. */
  @FunctionalInterface
  interface Afresh {
    boolean isDrawn(Branch branch, int token);
  }

  Parts(final boolean coalesce, final Afresh afresh) {
    this.coalesce = coalesce;
    this.afresh = afresh;
  }

  /** Reads a row of which each sample of the branch takes a number of children. */
  void read(final Branch newBranch, final int newChildren, final Draws row, final int at) {
    branch = newBranch;
    children = newChildren;
    draws = newBranch.copies().count() * newChildren;
    count = 0;
    if (draws == 1) {
      rowDraw[0] = 0;
      begin(0, 0, false);
      return;
    }
    makeRoom();
    final int each = row.count(at) / newBranch.copies().count();
    for (int draw = 0; draw < draws; draw++) {
      rowDraw[draw] = newBranch.copies().rowDraw(draw, newChildren, each);
      add(draw, coalesce ? row.token(at, rowDraw[draw], 0) : draw);
    }
  }

  private void makeRoom() {
    if (draws > partOf.length) {
      partOf = new int[draws];
      rowDraw = new int[draws];
      first = new int[draws];
      size = new int[draws];
      token = new int[draws];
      alone = new boolean[draws];
    }
  }

  private void add(final int draw, final int drawn) {
    int part = 0;
    while (part < count && (token[part] != drawn || alone[part])) {
      part++;
    }
    if (part == count) {
      final boolean isKnown = isKnownAlone(drawn);
      begin(draw, drawn, isKnown || (coalesce && afresh.isDrawn(branch, drawn)));
    } else {
      partOf[draw] = part;
      size[part]++;
    }
  }

  private boolean isKnownAlone(final int drawn) {
    for (int part = 0; part < count; part++) {
      if (token[part] == drawn) {
        return true;
      }
    }
    return false;
  }

  private void begin(final int draw, final int drawn, final boolean isAlone) {
    partOf[draw] = count;
    first[count] = draw;
    size[count] = 1;
    token[count] = drawn;
    alone[count++] = isAlone;
  }

  /** The number of branches that go on. */
  int count() {
    return count;
  }

  /** The draw of the row whose tokens a part goes on with. */
  int rowDraw(final int part) {
    return rowDraw[first[part]];
  }

  /** How many tokens of a draw are taken: samples that share a path look at every token. */
  int taken(final int part, final Draws row, final int at) {
    return coalesce && draws > 1 ? 1 : row.length(at, rowDraw(part));
  }

  /** The samples of a part. */
  Copies copies(final int part) {
    final Copies all = branch.copies();
    final int position = branch.length();
    if (count == 1) {
      return all.together(children, position);
    }
    final long name = alone[part] ? ((long) token[part] << 32) | first[part] : token[part];
    return all.apart(members(part), children, position, name);
  }

  private int[] members(final int part) {
    if (size[part] == 1) {
      return first[part] == 0 ? ONLY_DRAW : new int[] {first[part]};
    }
    final int[] members = new int[size[part]];
    int next = 0;
    for (int draw = first[part]; next < members.length; draw++) {
      if (partOf[draw] == part) {
        members[next++] = draw;
      }
    }
    return members;
  }
}
