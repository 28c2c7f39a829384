package dev.coppice.environments.retail;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.coppice.environments.canonical.StateDigest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads the data of tau2-bench's retail domain, and spells records as it does. */
final class RetailJson {
  private static final JsonMapper MAPPER =
      JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();
  private static final JsonMapper WRITER =
      MAPPER
          .rebuild()
          .defaultPropertyInclusion(
              JsonInclude.Value.construct(
                  JsonInclude.Include.NON_NULL, JsonInclude.Include.USE_DEFAULTS))
          .addMixIn(Order.class, FlatOrder.class)
          .build();
  private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

  private RetailJson() {}

  /** Spells what an order was asked to become as fields of the order itself. */
  private abstract static class FlatOrder {
    @JsonUnwrapped
    abstract Order.Exchange exchange();

    @JsonUnwrapped
    abstract Order.Return returned();
  }

  static Map<String, Object> of(final Record value) {
    return WRITER.convertValue(value, OBJECT);
  }

  static Store store(final Path folder) {
    final Path file = folder.resolve("db.json");
    final JsonNode root = read(file);
    try {
      return new Store(
          StateDigest.of(root.toString()),
          map(root, "products", Product.class),
          new OverlayMap<>(map(root, "users", Customer.class)),
          new OverlayMap<>(map(root, "orders", Order.class)));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("retail: " + file + ": " + e.getMessage(), e);
    }
  }

  private static <T> Map<String, T> map(
      final JsonNode root, final String name, final Class<T> type) {
    if (!root.path(name).isObject()) {
      throw new IllegalArgumentException("there is no object " + name);
    }
    return MAPPER.convertValue(
        root.get(name),
        MAPPER.getTypeFactory().constructMapType(LinkedHashMap.class, String.class, type));
  }

  static List<RetailTask> tasks(final Path folder, final String split) {
    final List<String> chosen = new ArrayList<>();
    if (!split.equals("all")) {
      read(folder.resolve("split_tasks.json")).path(split).forEach(id -> chosen.add(id.asText()));
    }
    final List<RetailTask> tasks = new ArrayList<>();
    for (final JsonNode task : read(folder.resolve("tasks.json"))) {
      if (split.equals("all") || chosen.contains(task.path("id").asText())) {
        tasks.add(task(task));
      }
    }
    if (tasks.isEmpty()) {
      throw new IllegalArgumentException(
          "retail: there is no task of this split: split=" + split + " folder=" + folder);
    }
    return List.copyOf(tasks);
  }

  /** Reads what the agent must keep to. */
  static String policy(final Path folder) {
    final Path file = folder.resolve("policy.md");
    try {
      return Files.readString(file).strip();
    } catch (final IOException e) {
      throw new IllegalArgumentException(
          "retail: cannot read " + file + ", the policy that the agent is told", e);
    }
  }

  private static RetailTask task(final JsonNode task) {
    final JsonNode instructions = task.path("user_scenario").path("instructions");
    final List<String> customer = new ArrayList<>();
    for (final String field :
        List.of("reason_for_call", "known_info", "unknown_info", "task_instructions")) {
      customer.add(instructions.path(field).asText("").replace('\n', ' '));
    }
    final JsonNode criteria = task.path("evaluation_criteria");
    final List<RetailTask.Action> actions = new ArrayList<>();
    for (final JsonNode action : criteria.path("actions")) {
      actions.add(
          new RetailTask.Action(
              action.path("name").asText(), MAPPER.convertValue(action.path("arguments"), OBJECT)));
    }
    final List<String> communicate = new ArrayList<>();
    criteria.path("communicate_info").forEach(info -> communicate.add(info.asText()));
    return new RetailTask(
        task.path("id").asText(),
        String.join("\n", customer).stripTrailing(),
        actions,
        communicate);
  }

  private static JsonNode read(final Path file) {
    if (!Files.isRegularFile(file)) {
      throw new IllegalArgumentException(
          "retail: there is no file "
              + file
              + "; take data/tau2/domains/retail of the repository sierra-research/tau2-bench"
              + " and set task.path to that folder");
    }
    try {
      return MAPPER.readTree(Files.readString(file));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "retail: " + file + ": not JSON: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new UncheckedIOException("retail: cannot read " + file, e);
    }
  }
}
