package dev.coppice.plug;

/**
 * Names a kind of plug.
 *
 * @param type the interface its plugs implement, and the name of their service file.
 * @param word for one of them, as errors say it.
 * @param plural of the word, as {@code ./coppice list} takes it.
 * @param <P> the interface.
 */
public record PlugKind<P extends Plug>(Class<P> type, String word, String plural) {}
