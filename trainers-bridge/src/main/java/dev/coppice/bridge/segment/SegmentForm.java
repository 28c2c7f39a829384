package dev.coppice.bridge.segment;

/** Says how a segment lays its groups out. */
public enum SegmentForm {
  /** Every shared token once: nodes and leaves. */
  TREE_PACKED,
  /** One row per path. */
  FLAT
}
