package dev.coppice.environments.tool;

/** Says what a tool does to the world. */
public enum SideEffect {
  /** Neither reads nor changes the world. */
  PURE,
  /** Reads the world. */
  READ,
  /** May change the world. */
  WRITE
}
