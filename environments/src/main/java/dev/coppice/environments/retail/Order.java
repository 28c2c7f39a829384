package dev.coppice.environments.retail;

import java.util.List;
import java.util.Map;

/**
 * Represents an order as the database spells it; what has not happened yet is null.
 *
 * @param orderId of the order, for example {@code #W0000000}.
 * @param userId of the customer.
 * @param address the order goes to.
 * @param items that were ordered.
 * @param status of the order.
 * @param fulfillments of the order.
 * @param paymentHistory of the order.
 * @param cancelReason of a cancelled order.
 * @param exchange that was asked for.
 * @param returned that was asked for.
 */
record Order(
    String orderId,
    String userId,
    Customer.Address address,
    List<Item> items,
    String status,
    List<Fulfillment> fulfillments,
    List<Payment> paymentHistory,
    String cancelReason,
    Exchange exchange,
    Return returned) {

  Order withStatus(final String next) {
    return new Order(
        orderId,
        userId,
        address,
        items,
        next,
        fulfillments,
        paymentHistory,
        cancelReason,
        exchange,
        returned);
  }

  Order withAddress(final Customer.Address next) {
    return new Order(
        orderId,
        userId,
        address.changedTo(next),
        items,
        status,
        fulfillments,
        paymentHistory,
        cancelReason,
        exchange,
        returned);
  }

  Order withItems(final List<Item> next) {
    return new Order(
        orderId,
        userId,
        address,
        List.copyOf(next),
        status,
        fulfillments,
        paymentHistory,
        cancelReason,
        exchange,
        returned);
  }

  Order withPayments(final List<Payment> next) {
    return new Order(
        orderId,
        userId,
        address,
        items,
        status,
        fulfillments,
        List.copyOf(next),
        cancelReason,
        exchange,
        returned);
  }

  Order cancelled(final String reason) {
    return new Order(
        orderId,
        userId,
        address,
        items,
        "cancelled",
        fulfillments,
        paymentHistory,
        reason,
        exchange,
        returned);
  }

  Order exchanging(final Exchange next) {
    return new Order(
        orderId,
        userId,
        address,
        items,
        "exchange requested",
        fulfillments,
        paymentHistory,
        cancelReason,
        next,
        returned);
  }

  Order returning(final Return next) {
    return new Order(
        orderId,
        userId,
        address,
        items,
        "return requested",
        fulfillments,
        paymentHistory,
        cancelReason,
        exchange,
        next);
  }

  /** Represents one ordered item. */
  record Item(
      String name, String productId, String itemId, double price, Map<String, String> options) {}

  /** Represents a shipment. */
  record Fulfillment(List<String> trackingId, List<String> itemIds) {}

  /** Represents a payment or a refund. */
  record Payment(String transactionType, double amount, String paymentMethodId) {}

  /** Represents a request to exchange items. */
  record Exchange(
      List<String> exchangeItems,
      List<String> exchangeNewItems,
      String exchangePaymentMethodId,
      double exchangePriceDifference) {}

  /** Represents a request to return items. */
  record Return(List<String> returnItems, String returnPaymentMethodId) {}
}
