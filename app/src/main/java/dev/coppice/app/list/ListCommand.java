package dev.coppice.app.list;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.coppice.app.arguments.PlugPath;
import dev.coppice.app.config.ConfigException;
import dev.coppice.app.config.EngineOptions;
import dev.coppice.app.config.PlugSection;
import dev.coppice.app.config.WorldOptions;
import dev.coppice.app.report.Figure;
import dev.coppice.app.report.MetricPlug;
import dev.coppice.environments.EnvironmentPlug;
import dev.coppice.environments.WorldPlug;
import dev.coppice.plug.Plug;
import dev.coppice.plug.PlugOption;
import dev.coppice.plug.PlugOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists what can be named: policies, estimators, environments, metrics, engines. */
@Command(
    name = "list",
    mixinStandardHelpOptions = true,
    description = {
      "Lists what can be named in a configuration, with its options: policies, estimators,",
      "environments, metrics and engines, those on --classpath included."
    })
public final class ListCommand implements Callable<Integer> {
  private static final int DONE = 0;

  private static final int HELP_COLUMN = 18;

  @Parameters(arity = "0..1", paramLabel = "KIND", description = "One kind only, such as policies.")
  private String kind;

  @Option(names = "--json", description = "Prints JSON.")
  private boolean json;

  @Mixin private PlugPath plugs;

  /** Made by picocli. */
  public ListCommand() {}

  @Override
  public Integer call() throws JsonProcessingException {
    plugs.install();
    final List<PlugSection> kinds = kinds();
    if (json) {
      final ObjectMapper mapper = new ObjectMapper();
      final ObjectNode root = mapper.createObjectNode();
      for (final PlugSection section : kinds) {
        final ArrayNode list = root.putArray(section.kind().plural());
        section.plugs().forEach(plug -> write(list.addObject(), section, plug));
      }
      System.out.println(mapper.writerWithDefaultPrettyPrinter().writeValueAsString(root));
    } else {
      kinds.forEach(ListCommand::print);
    }
    return DONE;
  }

  private List<PlugSection> kinds() {
    final List<PlugSection> all = List.of(PlugSection.values());
    if (kind == null) {
      return all;
    }
    final List<PlugSection> named =
        all.stream().filter(section -> section.kind().plural().equals(kind)).toList();
    if (named.isEmpty()) {
      throw new ConfigException(
          "there is no such kind: "
              + kind
              + "; known are "
              + String.join(", ", all.stream().map(section -> section.kind().plural()).toList()));
    }
    return named;
  }

  private static void print(final PlugSection section) {
    System.out.println(section.kind().plural());
    for (final Plug plug : section.plugs()) {
      System.out.println(row("  " + plug.name(), HELP_COLUMN) + plug.help());
      traits(plug).forEach(trait -> System.out.println(" ".repeat(HELP_COLUMN) + trait));
      for (final PlugOption option : plug.options()) {
        System.out.println(
            row("    " + key(section, plug, option), 2 * HELP_COLUMN) + meaning(option));
      }
      if (plug instanceof MetricPlug metric) {
        figures(metric)
            .forEach(
                figure ->
                    System.out.println(
                        row("    " + figure.fieldName(), 2 * HELP_COLUMN) + figure.help()));
      }
    }
    System.out.println();
  }

  private static String row(final String left, final int column) {
    return left.length() < column ? left + " ".repeat(column - left.length()) : left + "  ";
  }

  private static String key(final PlugSection section, final Plug plug, final PlugOption option) {
    final String shared =
        switch (section) {
          case ENGINES -> EngineOptions.sharedKey(option);
          case ENVIRONMENTS -> WorldOptions.sharedKey(option);
          default -> null;
        };
    if (shared != null) {
      return shared;
    }
    return section.section() + "." + plug.name() + "." + option.name().replace('_', '-');
  }

  /** Says what an option takes, what it is where it is not set, and what it means. */
  private static String meaning(final PlugOption option) {
    final String fitting =
        option.choices().isEmpty()
            ? option.type().words()
                + (option.range().words().isEmpty() ? "" : " " + option.range().words())
            : String.join("|", option.choices());
    final String otherwise =
        option.defaultValue() == null ? "unset" : "default " + option.defaultText();
    return fitting + " (" + otherwise + "): " + option.help();
  }

  private static List<String> traits(final Plug plug) {
    final List<String> traits = new ArrayList<>();
    if (plug instanceof EnvironmentPlug environment) {
      if (!environment.splits().isEmpty()) {
        traits.add(
            "task.split: "
                + String.join("|", environment.splits())
                + " (default "
                + environment.usualSplit()
                + ")");
      }
      if (!environment.data().isEmpty()) {
        traits.add("task.path: " + environment.data());
      }
    }
    return traits;
  }

  private static List<Figure> figures(final MetricPlug metric) {
    return metric.figures(PlugOptions.of(MetricPlug.KIND, metric, Map.of()));
  }

  private static void write(final ObjectNode node, final PlugSection section, final Plug plug) {
    node.put("name", plug.name());
    node.put("help", plug.help());
    node.put("class", plug.getClass().getName());
    if (plug instanceof EnvironmentPlug environment) {
      node.put("world_of_tools", plug instanceof WorldPlug);
      environment.splits().forEach(node.withArray("splits")::add);
      node.put("data", environment.data());
    }
    if (plug instanceof MetricPlug metric) {
      final ArrayNode list = node.putArray("figures");
      for (final Figure figure : figures(metric)) {
        list.addObject().put("name", figure.fieldName()).put("help", figure.help());
      }
    }
    final ArrayNode options = node.putArray("options");
    for (final PlugOption option : plug.options()) {
      write(options.addObject(), section, plug, option);
    }
  }

  private static void write(
      final ObjectNode node, final PlugSection section, final Plug plug, final PlugOption option) {
    node.put("name", option.name());
    node.put("key", key(section, plug, option));
    node.put("type", option.type().words());
    node.putPOJO("default", option.defaultValue());
    if (Double.isFinite(option.range().min())) {
      node.put("min", option.range().min());
    }
    if (Double.isFinite(option.range().max())) {
      node.put("max", option.range().max());
    }
    if (!option.choices().isEmpty()) {
      option.choices().forEach(node.putArray("choices")::add);
    }
    node.put("help", option.help());
  }
}
