package dev.coppice.environments.retail;

import dev.coppice.environments.arithmetic.Fraction;
import dev.coppice.environments.gsm8k.UnreadableArithmeticException;
import dev.coppice.environments.gsm8k.WrittenArithmetic;
import dev.coppice.environments.retail.RetailArguments.Calculation;
import dev.coppice.environments.retail.RetailArguments.Email;
import dev.coppice.environments.retail.RetailArguments.ItemId;
import dev.coppice.environments.retail.RetailArguments.NameAndZip;
import dev.coppice.environments.retail.RetailArguments.None;
import dev.coppice.environments.retail.RetailArguments.OrderId;
import dev.coppice.environments.retail.RetailArguments.ProductId;
import dev.coppice.environments.retail.RetailArguments.Summary;
import dev.coppice.environments.retail.RetailArguments.UserId;
import dev.coppice.environments.tool.SideEffect;
import dev.coppice.environments.tool.Step;
import dev.coppice.environments.tool.Tool;
import dev.coppice.environments.tool.ToolBody;
import dev.coppice.environments.tool.ToolException;
import dev.coppice.environments.tool.Toolbox;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The tools of the retail domain, and those of them that change nothing. */
final class RetailTools {
  private RetailTools() {}

  static Toolbox<Store> toolbox() {
    final List<Tool<Store, ?>> tools = new ArrayList<>(RetailChanges.tools());
    tools.add(pure("calculate", "Calculates.", Calculation.class, RetailTools::calculate));
    tools.add(
        pure(
            "transfer_to_human_agents",
            "Hands the customer over to a person.",
            Summary.class,
            (store, arguments) -> new Step<>(store, "Transfer successful")));
    tools.add(
        read(
            "find_user_id_by_email",
            "Finds a customer by e-mail address.",
            Email.class,
            RetailTools::findByEmail));
    tools.add(
        read(
            "find_user_id_by_name_zip",
            "Finds a customer by name and postal code.",
            NameAndZip.class,
            RetailTools::findByName));
    tools.add(
        read(
            "get_order_details",
            "Shows an order.",
            OrderId.class,
            (store, arguments) -> shown(store, store.order(arguments.orderId()))));
    tools.add(
        read(
            "get_product_details",
            "Shows a product with its items.",
            ProductId.class,
            (store, arguments) -> shown(store, store.product(arguments.productId()))));
    tools.add(
        read("get_item_details", "Shows an item.", ItemId.class, RetailTools::getItemDetails));
    tools.add(
        read(
            "get_user_details",
            "Shows a customer.",
            UserId.class,
            (store, arguments) -> shown(store, store.customer(arguments.userId()))));
    tools.add(
        read(
            "list_all_product_types",
            "Lists all products and their ids.",
            None.class,
            RetailTools::listAllProductTypes));
    return new Toolbox<>(tools);
  }

  private static <A extends Record> Tool<Store, A> pure(
      final String name,
      final String description,
      final Class<A> type,
      final ToolBody<Store, A> body) {
    return new Tool<>(name, description, SideEffect.PURE, type, body);
  }

  private static <A extends Record> Tool<Store, A> read(
      final String name,
      final String description,
      final Class<A> type,
      final ToolBody<Store, A> body) {
    return new Tool<>(name, description, SideEffect.READ, type, body);
  }

  static Step<Store> shown(final Store store, final Record value) {
    return new Step<>(store, RetailJson.of(value));
  }

  private static Step<Store> calculate(final Store store, final Calculation arguments)
      throws ToolException {
    try {
      final Fraction value = WrittenArithmetic.compute(arguments.expression());
      final double number = (double) value.numerator() / value.denominator();
      return new Step<>(store, Money.write(Money.rounded(number)));
    } catch (UnreadableArithmeticException | ArithmeticException e) {
      throw new ToolException("Invalid expression: " + e.getMessage());
    }
  }

  private static Step<Store> findByEmail(final Store store, final Email arguments)
      throws ToolException {
    for (final String id : store.customers().keys()) {
      if (store.customer(id).email().equalsIgnoreCase(arguments.email())) {
        return new Step<>(store, id);
      }
    }
    throw new ToolException("User not found");
  }

  private static Step<Store> findByName(final Store store, final NameAndZip arguments)
      throws ToolException {
    for (final String id : store.customers().keys()) {
      final Customer customer = store.customer(id);
      if (customer.name().firstName().equalsIgnoreCase(arguments.firstName())
          && customer.name().lastName().equalsIgnoreCase(arguments.lastName())
          && customer.address().zip().equals(arguments.zip())) {
        return new Step<>(store, id);
      }
    }
    throw new ToolException("User not found");
  }

  private static Step<Store> getItemDetails(final Store store, final ItemId arguments)
      throws ToolException {
    for (final Product product : store.products().values()) {
      final Product.Variant variant = product.variants().get(arguments.itemId());
      if (variant != null) {
        return shown(store, variant);
      }
    }
    throw new ToolException("Item not found");
  }

  private static Step<Store> listAllProductTypes(final Store store, final None none) {
    final Map<String, Object> ids = new TreeMap<>();
    store.products().values().forEach(product -> ids.put(product.name(), product.productId()));
    return new Step<>(store, ids);
  }
}
