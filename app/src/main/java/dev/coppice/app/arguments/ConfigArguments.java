package dev.coppice.app.arguments;

import dev.coppice.app.config.ConfigException;
import dev.coppice.app.config.ConfigLoader;
import dev.coppice.app.run.ProjectPaths;
import java.util.List;

/**
 * Reads {@code @ FILE}, {@code -c FILE} and {@code --dotted.key value} off a command line.
 *
 * @thread any; stateless.
 */
public final class ConfigArguments {
  private ConfigArguments() {}

  /**
   * Reads arguments into a loader, in their order.
   *
   * @param arguments of the command.
   * @param loader to read into.
   * @return the loader.
   * @throws ConfigException if an argument is no key or file, or lacks its value.
   */
  public static ConfigLoader read(final List<String> arguments, final ConfigLoader loader) {
    int at = 0;
    while (at < arguments.size()) {
      final String argument = arguments.get(at++);
      if (argument.equals("@") || argument.equals("-c")) {
        loader.file(ProjectPaths.find(value(arguments, at++, argument)));
      } else if (argument.startsWith("@")) {
        loader.file(ProjectPaths.find(argument.substring(1)));
      } else if (argument.startsWith("--") && argument.contains("=")) {
        final int equals = argument.indexOf('=');
        loader.override(argument.substring(2, equals), argument.substring(equals + 1));
      } else if (argument.startsWith("--")) {
        at = option(arguments, at, argument.substring(2), loader);
      } else {
        throw new ConfigException(
            "unexpected argument \""
                + argument
                + "\"; a configuration is given as  @ FILE.toml  and a key as  --section.key value");
      }
    }
    return loader;
  }

  // An unknown key is told before a value that is missing only because the key is a typing slip.
  private static int option(
      final List<String> arguments, final int at, final String key, final ConfigLoader loader) {
    loader.requireKey(key);
    loader.override(key, value(arguments, at, "--" + key));
    return at + 1;
  }

  private static String value(final List<String> arguments, final int at, final String what) {
    if (at >= arguments.size()) {
      throw new ConfigException(what + " needs a value");
    }
    return arguments.get(at);
  }
}
