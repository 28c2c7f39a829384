package dev.coppice.proxy.talk;

/** Is a piece of what the model says, told as soon as it is certain. */
public sealed interface ReplyPart {
  /**
   * Is text of the answer.
   *
   * @param text that follows the text before.
   */
  record Text(String text) implements ReplyPart {}

  /**
   * Is a whole call.
   *
   * @param use made.
   */
  record Call(ToolUse use) implements ReplyPart {}
}
