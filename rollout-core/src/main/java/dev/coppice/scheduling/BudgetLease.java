package dev.coppice.scheduling;

/**
 * Holds a share of a budget; a lease never spends what its parent does not have.
 *
 * @unit computed tokens.
 * @thread the engine thread.
 */
public final class BudgetLease {
  private final BudgetLease parent;
  private final long limit;
  private long spent;

  private BudgetLease(final BudgetLease parent, final long limit) {
    if (limit < 0) {
      throw new IllegalArgumentException("limit must not be negative: limit=" + limit);
    }
    this.parent = parent;
    this.limit = limit;
  }

  /**
   * Opens a lease at the root.
   *
   * @param limit of tokens, {@code Long.MAX_VALUE} for none.
   * @return a lease without a parent.
   */
  public static BudgetLease root(final long limit) {
    return new BudgetLease(null, limit);
  }

  /**
   * Opens a lease under this one.
   *
   * @param childLimit of tokens, {@code Long.MAX_VALUE} for none of its own.
   * @return a lease that spends from this one too.
   */
  public BudgetLease child(final long childLimit) {
    return new BudgetLease(this, childLimit);
  }

  /**
   * Spends tokens here and in every parent, or nothing at all.
   *
   * @param tokens to spend.
   * @return false if this lease or a parent does not have that many left.
   */
  public boolean spend(final long tokens) {
    if (tokens > remaining()) {
      return false;
    }
    for (BudgetLease lease = this; lease != null; lease = lease.parent) {
      lease.spent += tokens;
    }
    return true;
  }

  /**
   * Books tokens that were computed already, whether or not they are left.
   *
   * @param tokens to book.
   * @return how many of them go beyond a limit.
   */
  public long book(final long tokens) {
    final long over = Math.clamp(tokens - Math.max(0, remaining()), 0, tokens);
    for (BudgetLease lease = this; lease != null; lease = lease.parent) {
      lease.spent += tokens;
    }
    return over;
  }

  /**
   * Gives back tokens that were spent in advance and not needed.
   *
   * @param tokens to give back.
   */
  public void giveBack(final long tokens) {
    for (BudgetLease lease = this; lease != null; lease = lease.parent) {
      lease.spent -= tokens;
      if (lease.spent < 0) {
        throw new IllegalStateException("more returned than spent: spent=" + lease.spent);
      }
    }
  }

  /**
   * Returns what can still be spent.
   *
   * @return the least that remains here and in every parent.
   */
  public long remaining() {
    long least = Long.MAX_VALUE;
    for (BudgetLease lease = this; lease != null; lease = lease.parent) {
      least = Math.min(least, lease.limit - lease.spent);
    }
    return least;
  }

  /**
   * Returns what was spent.
   *
   * @return the tokens spent here and below.
   */
  public long spent() {
    return spent;
  }
}
