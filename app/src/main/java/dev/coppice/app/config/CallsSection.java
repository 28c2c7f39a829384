package dev.coppice.app.config;

/**
 * Says how the model writes calls of tools.
 *
 * @param dialect by name.
 * @param perTurn the most calls.
 * @param open of the declared dialect.
 * @param close of the declared dialect.
 * @param nameKey of the declared dialect.
 * @param argumentsKey of the declared dialect.
 */
public record CallsSection(
    @Key(
            value =
                "How the model writes calls. auto is what its chat template writes, and without one"
                    + " the environment's own; declared takes the marks and keys below.",
            choices = {"auto", "hermes", "llama3", "pythonic", "mistral", "declared"})
        String dialect,
    @Key(
            value =
                "Most calls of one turn, answered together. With 1 the first call ends the turn; with"
                    + " more it goes on while calls follow one another, to its end token.",
            min = 1,
            max = 128)
        int perTurn,
    @Key("Begins a call, or a list of calls, in the declared dialect.") String open,
    @Key("Ends it; empty where its bracket does.") String close,
    @Key("Key of a tool's name in the declared dialect.") String nameKey,
    @Key("Key of its arguments.") String argumentsKey) {
  /** The usual values. */
  static final CallsSection DEFAULT =
      new CallsSection("auto", 1, "<tool_call>", "</tool_call>", "name", "arguments");
}
