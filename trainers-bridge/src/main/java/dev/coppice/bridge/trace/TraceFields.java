package dev.coppice.bridge.trace;

/** Names the format and its fields. */
final class TraceFields {
  static final String FORMAT = "coppice.trace/2";

  /** The format before: every node and leaf is one draw, and none is marked. */
  static final String FORMAT_ONE_DRAW = "coppice.trace/1";

  static final String FORMAT_FAMILY = "coppice.trace/";
  static final String ESTIMATOR = "estimator";
  static final String OPTIONS = "options";
  static final String NODES = "nodes";
  static final String LEAVES = "leaves";
  static final String LOGPROBS = "logprobs";
  static final String VERSION_RUNS = "version_runs";
  static final String TOKENS = "tokens";
  static final String CHILDREN = "children";
  static final String POLICY = "policy";
  static final String DIVISION = "division";
  static final String DRAWS = "draws";
  static final String PROVENANCE = "provenance";
  static final String KEPT = "kept";
  static final String KEPT_COUNTS = "kept_counts";
  static final String PROVENANCE_REAL = "real";

  private TraceFields() {}
}
