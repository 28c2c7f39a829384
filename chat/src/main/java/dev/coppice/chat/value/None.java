package dev.coppice.chat.value;

/** Is Python's {@code None}, and JSON's null. */
public enum None {
  /** The only one. */
  NONE
}
