package dev.coppice.model;

/**
 * Says what to draw from one row; reused for every row.
 *
 * @thread one at a time.
 */
public final class DrawSpec {
  private long key;
  private int position;
  private int mostChildren;
  private double entropyFloor;

  /**
   * Fills the spec.
   *
   * @param newKey of the branch.
   * @param newPosition of the token to be drawn.
   * @param newMostChildren draws wanted where the entropy reaches the floor, else one.
   * @param newEntropyFloor in nats.
   * @return this.
   */
  public DrawSpec set(
      final long newKey,
      final int newPosition,
      final int newMostChildren,
      final double newEntropyFloor) {
    key = newKey;
    position = newPosition;
    mostChildren = newMostChildren;
    entropyFloor = newEntropyFloor;
    return this;
  }

  /**
   * Returns the key of the branch.
   *
   * @return the key.
   */
  public long key() {
    return key;
  }

  /**
   * Returns the position of the token to be drawn.
   *
   * @return the position in its sequence, in tokens.
   */
  public int position() {
    return position;
  }

  /**
   * Returns the number of draws wanted at most.
   *
   * @return the number, at least 1.
   */
  public int mostChildren() {
    return mostChildren;
  }

  /**
   * Returns the entropy from which more than one draw is wanted.
   *
   * @return the bound in nats.
   */
  public double entropyFloor() {
    return entropyFloor;
  }
}
