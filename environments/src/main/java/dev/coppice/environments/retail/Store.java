package dev.coppice.environments.retail;

import dev.coppice.environments.canonical.CanonicalJson;
import dev.coppice.environments.canonical.StateDigest;
import dev.coppice.environments.tool.ToolException;
import java.util.Map;

/**
 * Holds the database: products that never change, and customers and orders that do.
 *
 * @param origin a digest of the data everything began with.
 * @param products by their ids.
 * @param customers by their ids.
 * @param orders by their ids.
 * @cost a change copies the record it touches and 8 bytes per record changed before.
 * @thread immutable, any thread
 */
record Store(
    String origin,
    Map<String, Product> products,
    OverlayMap<Customer> customers,
    OverlayMap<Order> orders) {

  Order order(final String id) throws ToolException {
    return found(orders.get(id), "Order");
  }

  Customer customer(final String id) throws ToolException {
    return found(customers.get(id), "User");
  }

  Product product(final String id) throws ToolException {
    return found(products.get(id), "Product");
  }

  Product.Variant variant(final String productId, final String itemId) throws ToolException {
    return found(product(productId).variants().get(itemId), "Variant");
  }

  Customer.PaymentMethod paymentMethod(final String customerId, final String id)
      throws ToolException {
    return found(customer(customerId).paymentMethods().get(id), "Payment method");
  }

  private static <T> T found(final T value, final String what) throws ToolException {
    if (value == null) {
      throw new ToolException(what + " not found");
    }
    return value;
  }

  Store with(final Order order) {
    return new Store(origin, products, customers, orders.with(order.orderId(), order));
  }

  Store with(final Customer customer) {
    return new Store(origin, products, customers.with(customer.userId(), customer), orders);
  }

  /** Adds an amount to a customer's gift card, if the payment method is one. */
  Store credited(final String customerId, final String paymentMethodId, final double amount)
      throws ToolException {
    paymentMethod(customerId, paymentMethodId);
    return with(customer(customerId).credited(paymentMethodId, amount));
  }

  String digest() {
    final StringBuilder text = new StringBuilder("retail ").append(origin);
    customers.forEachChanged(
        (id, customer) -> text.append('\n').append(CanonicalJson.write(RetailJson.of(customer))));
    orders.forEachChanged(
        (id, order) -> text.append('\n').append(CanonicalJson.write(RetailJson.of(order))));
    return StateDigest.of(text.toString());
  }
}
