package dev.coppice.environments.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaException;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Checks JSON values against a JSON schema, of the year 2020-12 unless its {@code $schema} names an
 * older draft, and says what does not fit in words a model can act on.
 *
 * <p>A schema may refer to its own parts, never to another document: nothing is ever fetched, and a
 * schema with such a reference is refused. A {@code format} is held, not only noted.
 *
 * <p>Arguments whose schema has {@code properties} and is silent on others are <em>closed</em>, as
 * those of all our own tools are: a name that is not among them is refused, for it is most often a
 * misspelled one, and null means left out. Who wants the standard's meaning says {@code
 * additionalProperties}.
 *
 * @thread immutable, any thread
 */
public final class ToolSchema {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Set<String> SAYS_WHAT_ELSE =
      Set.of(
          "additionalProperties",
          "unevaluatedProperties",
          "patternProperties",
          "$ref",
          "allOf",
          "anyOf",
          "oneOf",
          "if",
          "dependentSchemas");

  /** The standard's own documents; they lie in the validator's jar. */
  private static final Pattern DIALECT = Pattern.compile("https?://json-schema\\.org/draft[-/].*");

  private static final SchemaRegistry DIALECTS = registry(true);

  /** It remembers nothing: two tools may give their schemas one {@code $id}. */
  private static final SchemaRegistry TOOLS = registry(false);

  private final String tool;
  private final Map<String, Object> rules;
  private final boolean closed;
  private final Schema schema;

  private ToolSchema(final String tool, final Map<String, Object> rules, final boolean closed) {
    this.tool = tool;
    this.rules = rules;
    this.closed = closed;
    this.schema = compiled(tool, rules, closed);
  }

  /**
   * Reads the schema of a tool's arguments.
   *
   * @param tool to be named in refusals.
   * @param schema of the arguments, an object.
   * @return the schema, ready to check.
   * @throws ToolSchemaException if it is no valid schema or refers to another document.
   */
  public static ToolSchema ofArguments(final String tool, final Map<String, Object> schema) {
    final boolean closed =
        schema.get("properties") instanceof Map<?, ?>
            && schema.keySet().stream().noneMatch(SAYS_WHAT_ELSE::contains);
    return new ToolSchema(tool, schema, closed);
  }

  /**
   * Reads the schema of a tool's answer.
   *
   * @param tool to be named where the schema is wrong.
   * @param schema of the answer; an empty one allows everything.
   * @return the schema, ready to check.
   * @throws ToolSchemaException if it is no valid schema or refers to another document.
   */
  public static ToolSchema ofResult(final String tool, final Map<String, Object> schema) {
    return new ToolSchema(tool, schema, false);
  }

  private static SchemaRegistry registry(final boolean remembers) {
    return SchemaRegistry.withDefaultDialect(
        SpecificationVersion.DRAFT_2020_12,
        builder ->
            builder
                .schemaCacheEnabled(remembers)
                .schemaLoader(
                    loader -> loader.allow(iri -> DIALECT.matcher(iri.toString()).matches()))
                .schemaRegistryConfig(
                    SchemaRegistryConfig.builder()
                        .formatAssertionsEnabled(true)
                        .locale(Locale.ROOT)
                        .build()));
  }

  private static Schema compiled(
      final String tool, final Map<String, Object> rules, final boolean closed) {
    final Map<String, Object> whole = new LinkedHashMap<>(rules);
    if (closed) {
      whole.put("additionalProperties", false);
    }
    final JsonNode node = MAPPER.valueToTree(whole);
    try {
      final String dialect =
          SpecificationVersion.fromSchemaNode(node)
              .orElse(SpecificationVersion.DRAFT_2020_12)
              .getDialectId();
      final List<Error> faults = DIALECTS.getSchema(SchemaLocation.of(dialect)).validate(node);
      if (!faults.isEmpty()) {
        throw new ToolSchemaException(tool, faults.getFirst().toString(), null);
      }
      final Schema schema = TOOLS.getSchema(node);
      schema.initializeValidators();
      // References are followed when they are first needed; one that never ends shows here, too.
      schema.validate(MAPPER.createObjectNode());
      return schema;
    } catch (final SchemaException e) {
      throw new ToolSchemaException(tool, e.getMessage(), e);
    } catch (final StackOverflowError e) {
      throw new ToolSchemaException(tool, "a $ref leads back to itself", null);
    }
  }

  /**
   * Checks the arguments of a call.
   *
   * @param arguments as given.
   * @return what does not fit, or null if everything does.
   */
  public String refusal(final Map<?, ?> arguments) {
    final List<Misfit> misfits = misfits(arguments);
    final Set<String> leftOut = new LinkedHashSet<>();
    if (closed) {
      misfits.stream().filter(ToolSchema::isLeftOut).map(Misfit::argument).forEach(leftOut::add);
      misfits.removeIf(ToolSchema::isLeftOut);
    }
    final Misfit worst = worst(misfits, names(arguments));
    final Object missing = missing(arguments, leftOut);
    if (missing != null && (worst == null || !isUnknownName(worst))) {
      return tool + " needs the argument " + missing;
    }
    if (worst == null) {
      return null;
    }
    if (isUnknownName(worst)) {
      return tool
          + " has no argument "
          + Misfit.shown(worst.property())
          + "; its arguments are "
          + names((Map<?, ?>) rules.getOrDefault("properties", Map.of()));
    }
    if (worst.depth() == 0) {
      return tool + ": the call " + words(worst, misfits, 0);
    }
    return tool + ": " + worst.argument() + " " + words(worst, misfits, 1);
  }

  /**
   * Checks one value.
   *
   * @param value to check.
   * @return for example {@code must be integer, not x}, or null if it fits.
   */
  public String misfit(final Object value) {
    final List<Misfit> misfits = misfits(value);
    return misfits.isEmpty() ? null : words(worst(misfits, List.of()), misfits, 0);
  }

  private List<Misfit> misfits(final Object value) {
    final List<Misfit> misfits = new ArrayList<>();
    for (final Error error : schema.validate(MAPPER.<JsonNode>valueToTree(value))) {
      misfits.add(new Misfit(error, value));
    }
    return misfits;
  }

  private static boolean isLeftOut(final Misfit misfit) {
    return misfit.depth() == 1 && misfit.isOfNull();
  }

  private Object missing(final Map<?, ?> arguments, final Set<String> leftOut) {
    if (rules.get("required") instanceof List<?> required) {
      for (final Object name : required) {
        if (!arguments.containsKey(name) || leftOut.contains(name)) {
          return name;
        }
      }
    }
    return null;
  }

  /** Unknown names come first, then missing ones, then the others in the order of the call. */
  private static Misfit worst(final List<Misfit> misfits, final List<String> order) {
    return misfits.stream()
        .min(
            Comparator.comparing((Misfit misfit) -> !isUnknownName(misfit))
                .thenComparing(misfit -> misfit.depth() > 0)
                .thenComparing(
                    misfit ->
                        order.indexOf(
                            isUnknownName(misfit) ? misfit.property() : misfit.argument()))
                .thenComparing(misfit -> !misfit.keyword().equals("type")))
        .orElse(null);
  }

  private static boolean isUnknownName(final Misfit misfit) {
    return misfit.depth() == 0
        && misfit.choice() == null
        && misfit.keyword().equals("additionalProperties");
  }

  /** Where a choice is offered and nothing fits, says what each way would have asked for. */
  private static String words(final Misfit worst, final List<Misfit> all, final int from) {
    final String choice = worst.choice();
    if (choice == null) {
      return worst.words(from);
    }
    final Set<String> ways = new LinkedHashSet<>();
    for (final Misfit misfit : all) {
      if (choice.equals(misfit.choice())) {
        ways.add(misfit.words(from));
      }
    }
    return String.join(", or ", ways);
  }

  private static List<String> names(final Map<?, ?> map) {
    return map.keySet().stream().map(String::valueOf).toList();
  }
}
