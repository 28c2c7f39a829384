package dev.coppice.environments.retail;

import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Represents one task of the retail domain.
 *
 * @param id of the task.
 * @param customer what the customer wants and knows: the reason, what is known, and the rest, a paragraph
 *     each.
 * @param actions of the reference solution.
 * @param communicate what the customer must be told.
 */
record RetailTask(String id, String customer, List<Action> actions, List<String> communicate) {
  /** Checks that nothing is missing. */
  RetailTask {
    Objects.requireNonNull(id, "id is null");
    Objects.requireNonNull(customer, "customer is null");
    actions = List.copyOf(actions);
    communicate = List.copyOf(communicate);
  }

  /** Represents one call of the reference solution. */
  record Action(String name, Map<String, Object> arguments) {}
}
