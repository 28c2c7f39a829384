package dev.coppice.proxy.talk;

/**
 * Holds one call of a tool as the model made it.
 *
 * @param id by which its result names it.
 * @param name of the tool.
 * @param arguments as JSON text of an object.
 */
public record ToolUse(String id, String name, String arguments) {}
