package dev.coppice.chat.jinja;

import dev.coppice.chat.call.Arguments;
import dev.coppice.chat.value.TemplateException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Gives the arguments of a call to the parameters of a macro. */
final class MacroArguments {
  private MacroArguments() {}

  /** Sets what was given in the macro's scope and returns what no parameter takes. */
  static Arguments bind(
      final String macro, final List<String> names, final Arguments args, final Scope scope) {
    final int taken = Math.min(names.size(), args.positional().size());
    for (int i = 0; i < taken; i++) {
      scope.set(names.get(i), args.positional().get(i));
    }
    final Map<String, Object> rest = new LinkedHashMap<>();
    args.named()
        .forEach(
            (name, value) -> {
              final int at = names.indexOf(name);
              if (at >= 0 && at < taken) {
                throw new TemplateException(
                    "macro '" + macro + "' got two values for parameter: " + name);
              }
              if (at >= 0) {
                scope.set(name, value);
              } else if (!name.equals("caller")) {
                rest.put(name, value);
              }
            });
    return new Arguments(
        List.copyOf(args.positional().subList(taken, args.positional().size())), rest);
  }
}
