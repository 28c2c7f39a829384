package dev.coppice.app.explorer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.coppice.app.explorer.index.ExploredRun;
import dev.coppice.app.explorer.index.PlainJson;
import dev.coppice.app.explorer.index.RunCatalog;
import dev.coppice.app.explorer.shown.RunsView;
import dev.coppice.app.explorer.shown.TokensView;
import dev.coppice.app.explorer.shown.TreeView;
import dev.coppice.credit.Estimators;
import java.util.Map;

/**
 * Answers what the page asks for; the export asks the same way.
 *
 * @thread any.
 */
final class ExplorerApi {
  private static final int MOST_FOUND = 2000;

  private final RunCatalog catalog;
  private final long version;

  /**
   * Makes an answerer.
   *
   * @param catalog of the runs.
   */
  ExplorerApi(final RunCatalog catalog) {
    this.catalog = catalog;
    this.version = System.nanoTime();
  }

  /**
   * Answers a request.
   *
   * @param name of the document.
   * @param parameters of the request.
   * @return JSON of ASCII, or null if there is no such document.
   * @throws IllegalArgumentException if a parameter names what is not there.
   */
  byte[] answer(final String name, final Map<String, String> parameters) {
    return switch (name) {
      case "state" -> PlainJson.bytes(RunsView.of(catalog.runs(), version));
      case "estimators" -> estimators();
      case "rows" -> run(parameters).rows(number(parameters, "from", 0));
      case "fates" -> PlainJson.bytes(RunsView.fates(run(parameters)));
      case "search" -> search(run(parameters), parameters.getOrDefault("q", ""));
      case "tree" ->
          PlainJson.bytes(
              TreeView.of(run(parameters), number(parameters, "g", -1), estimator(parameters)));
      case "tokens" -> tokens(parameters);
      case "explain" ->
          PlainJson.bytes(
              TreeView.explain(
                  run(parameters),
                  number(parameters, "g", -1),
                  estimator(parameters),
                  number(parameters, "tree", 0),
                  number(parameters, "node", 0)));
      case "learning" -> learning(run(parameters));
      default -> null;
    };
  }

  private ExploredRun run(final Map<String, String> parameters) {
    return catalog.run(parameters.get("run"));
  }

  private static int number(
      final Map<String, String> parameters, final String name, final int otherwise) {
    final String text = parameters.get(name);
    try {
      return text == null ? otherwise : Integer.parseInt(text);
    } catch (final NumberFormatException e) {
      throw new IllegalArgumentException("not a number: " + name + "=" + text, e);
    }
  }

  private static String estimator(final Map<String, String> parameters) {
    return parameters.getOrDefault("estimator", "");
  }

  private static byte[] estimators() {
    final ArrayNode names = PlainJson.MAPPER.createArrayNode();
    Estimators.names().forEach(names::add);
    return PlainJson.bytes(names);
  }

  private static byte[] search(final ExploredRun run, final String words) {
    final ObjectNode found = PlainJson.MAPPER.createObjectNode();
    run.find(words, MOST_FOUND)
        .forEach((group, around) -> found.put(Integer.toString(group), around));
    return PlainJson.bytes(found);
  }

  private byte[] tokens(final Map<String, String> parameters) {
    final TokensView.Path path =
        new TokensView.Path(
            number(parameters, "g", -1),
            number(parameters, "tree", 0),
            number(parameters, "node", TokensView.ALL));
    return TokensView.of(run(parameters), path, estimator(parameters));
  }

  private static byte[] learning(final ExploredRun run) {
    try {
      return PlainJson.bytes(PlainJson.MAPPER.readTree(run.trainLines()));
    } catch (final JsonProcessingException e) {
      throw new IllegalArgumentException(
          "train.jsonl is damaged: run=" + run.id() + ": " + e.getOriginalMessage(), e);
    }
  }
}
