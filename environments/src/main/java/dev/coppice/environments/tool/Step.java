package dev.coppice.environments.tool;

/**
 * Tells what a tool did.
 *
 * @param <S> the type of the world's state.
 * @param state of the world afterwards; the same object if nothing changed.
 * @param result to be shown as JSON: a string, number, boolean, list, map or null.
 */
public record Step<S>(S state, Object result) {}
