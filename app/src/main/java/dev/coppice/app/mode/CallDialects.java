package dev.coppice.app.mode;

import dev.coppice.app.config.RunConfig;
import dev.coppice.app.config.WorldOptions;
import dev.coppice.chat.ChatForm;
import dev.coppice.environments.dialect.CallDialect;
import dev.coppice.environments.toolworld.CallFormat;
import java.util.function.UnaryOperator;

/** Finds the dialect of calls that a configuration names, or that a chat template writes. */
public final class CallDialects {
  private static final String AUTO = "auto";
  private static final String DECLARED = "declared";

  private CallDialects() {}

  /**
   * Says how a world's calls are written.
   *
   * @param config of the run.
   * @param chat that may have a template, asked for only where it is needed.
   * @return puts the dialect in the place of the world's own; null where that stays.
   * @throws IllegalArgumentException if the declared dialect is none.
   */
  public static UnaryOperator<CallFormat> of(final RunConfig config, final ChatForms chat) {
    final WorldOptions.Calls calls = config.calls();
    final boolean auto = calls.dialect().equals(AUTO);
    if (auto && calls.perTurn() == 1 && !chat.wanted()) {
      return null;
    }
    final CallDialect dialect =
        calls.dialect().equals(DECLARED)
            ? CallDialect.declared(
                calls.open(), calls.close(), calls.nameKey(), calls.argumentsKey())
            : CallDialect.of(auto ? written(chat) : calls.dialect());
    return format -> dialect.over(format, calls.perTurn());
  }

  /** Looks at what the template writes around the name of a tool that is called. */
  private static String written(final ChatForms chat) {
    if (!chat.wanted()) {
      return CallDialect.HERMES;
    }
    final String before = ChatForm.beforeCall(chat.template());
    if (before.contains("<tool_call>")) {
      return CallDialect.HERMES;
    }
    if (before.contains("[TOOL_CALLS]")) {
      return before.stripTrailing().endsWith("[TOOL_CALLS]") ? "mistral-args" : "mistral";
    }
    if (before.stripTrailing().endsWith("[")) {
      return "pythonic";
    }
    return before.replace(" ", "").endsWith("{\"name\":\"") ? "llama3" : CallDialect.HERMES;
  }
}
