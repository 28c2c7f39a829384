package dev.coppice.environments.retail;

import dev.coppice.environments.retail.RetailArguments.Cancellation;
import dev.coppice.environments.retail.RetailArguments.OrderAddress;
import dev.coppice.environments.retail.RetailArguments.OrderPayment;
import dev.coppice.environments.retail.RetailArguments.Replacement;
import dev.coppice.environments.retail.RetailArguments.Returning;
import dev.coppice.environments.retail.RetailArguments.UserAddress;
import dev.coppice.environments.tool.SideEffect;
import dev.coppice.environments.tool.Step;
import dev.coppice.environments.tool.Tool;
import dev.coppice.environments.tool.ToolBody;
import dev.coppice.environments.tool.ToolException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/** The tools of the retail domain that change orders and customers. */
final class RetailChanges {
  private static final String PENDING = "pending";
  private static final String DELIVERED = "delivered";
  private static final String PAYMENT = "payment";
  private static final String REFUND = "refund";
  private static final Set<String> REASONS = Set.of("no longer needed", "ordered by mistake");

  private RetailChanges() {}

  static List<Tool<Store, ?>> tools() {
    return List.of(
        tool(
            "cancel_pending_order",
            "Cancels a pending order and refunds it.",
            Cancellation.class,
            RetailChanges::cancel),
        tool(
            "exchange_delivered_order_items",
            "Asks for other items in place of delivered ones; possible once.",
            Replacement.class,
            RetailChanges::exchange),
        tool(
            "modify_pending_order_items",
            "Changes items of a pending order; possible once.",
            Replacement.class,
            RetailChanges::modifyItems),
        tool(
            "modify_pending_order_payment",
            "Changes how a pending order is paid.",
            OrderPayment.class,
            RetailChanges::modifyPayment),
        tool(
            "modify_pending_order_address",
            "Changes where a pending order goes.",
            OrderAddress.class,
            RetailChanges::modifyOrderAddress),
        tool(
            "modify_user_address",
            "Changes a customer's address.",
            UserAddress.class,
            RetailChanges::modifyUserAddress),
        tool(
            "return_delivered_order_items",
            "Asks for a refund of delivered items.",
            Returning.class,
            RetailChanges::returnItems));
  }

  private static <A extends Record> Tool<Store, A> tool(
      final String name,
      final String description,
      final Class<A> type,
      final ToolBody<Store, A> body) {
    return new Tool<>(name, description, SideEffect.WRITE, type, body);
  }

  private static Step<Store> cancel(final Store store, final Cancellation arguments)
      throws ToolException {
    final Order order = store.order(arguments.orderId());
    check(order.status().equals(PENDING), "Non-pending order cannot be cancelled");
    check(REASONS.contains(arguments.reason()), "Invalid reason");
    final List<Order.Payment> payments = new ArrayList<>(order.paymentHistory());
    Store next = store;
    for (final Order.Payment payment : order.paymentHistory()) {
      payments.add(new Order.Payment(REFUND, payment.amount(), payment.paymentMethodId()));
      next = next.credited(order.userId(), payment.paymentMethodId(), payment.amount());
    }
    return changed(next, order.cancelled(arguments.reason()).withPayments(payments));
  }

  private static Step<Store> exchange(final Store store, final Replacement arguments)
      throws ToolException {
    final Order order = store.order(arguments.orderId());
    check(order.status().equals(DELIVERED), "Non-delivered order cannot be exchanged");
    checkItems(order, arguments.itemIds());
    final double difference = Money.rounded(difference(store, order, arguments));
    checkBalance(store, order.userId(), arguments.paymentMethodId(), difference);
    return changed(
        store,
        order.exchanging(
            new Order.Exchange(
                sorted(arguments.itemIds()),
                sorted(arguments.newItemIds()),
                arguments.paymentMethodId(),
                difference)));
  }

  private static Step<Store> modifyItems(final Store store, final Replacement arguments)
      throws ToolException {
    final Order order = store.order(arguments.orderId());
    check(order.status().equals(PENDING), "Non-pending order cannot be modified");
    checkItems(order, arguments.itemIds());
    for (int i = 0; i < Math.min(arguments.itemIds().size(), arguments.newItemIds().size()); i++) {
      check(
          !arguments.itemIds().get(i).equals(arguments.newItemIds().get(i)),
          "The new item id should be different from the old item id");
    }
    final double difference = difference(store, order, arguments);
    checkBalance(store, order.userId(), arguments.paymentMethodId(), difference);
    final List<Order.Payment> payments = new ArrayList<>(order.paymentHistory());
    payments.add(
        new Order.Payment(
            difference > 0 ? PAYMENT : REFUND, Math.abs(difference), arguments.paymentMethodId()));
    final Store paid = store.credited(order.userId(), arguments.paymentMethodId(), -difference);
    return changed(
        paid,
        order
            .withItems(replaced(store, order, arguments))
            .withPayments(payments)
            .withStatus("pending (item modified)"));
  }

  /**
   * Replaces items one after the other.
   *
   * <p>As in the published tool, all of them take price and options of the last new item: the
   * expected databases were made that way.
   */
  private static List<Order.Item> replaced(
      final Store store, final Order order, final Replacement arguments) throws ToolException {
    final List<Order.Item> items = new ArrayList<>(order.items());
    if (arguments.itemIds().isEmpty()) {
      return items;
    }
    final Product.Variant last =
        store.variant(
            item(order.items(), arguments.itemIds().getLast()).productId(),
            arguments.newItemIds().getLast());
    for (int i = 0; i < arguments.itemIds().size(); i++) {
      final Order.Item old = item(items, arguments.itemIds().get(i));
      items.set(
          items.indexOf(old),
          new Order.Item(
              old.name(),
              old.productId(),
              arguments.newItemIds().get(i),
              last.price(),
              last.options()));
    }
    return items;
  }

  private static Step<Store> modifyPayment(final Store store, final OrderPayment arguments)
      throws ToolException {
    final Order order = store.order(arguments.orderId());
    final String next = arguments.paymentMethodId();
    check(order.status().contains(PENDING), "Non-pending order cannot be modified");
    store.paymentMethod(order.userId(), next);
    final List<Order.Payment> payments = new ArrayList<>(order.paymentHistory());
    check(
        payments.size() == 1 && payments.getFirst().transactionType().equals(PAYMENT),
        "There should be exactly one payment for a pending order");
    final Order.Payment first = payments.getFirst();
    check(
        !first.paymentMethodId().equals(next),
        "The new payment method should be different from the current one");
    checkBalance(store, order.userId(), next, first.amount());
    payments.add(new Order.Payment(PAYMENT, first.amount(), next));
    payments.add(new Order.Payment(REFUND, first.amount(), first.paymentMethodId()));
    final Store paid =
        store
            .credited(order.userId(), next, -first.amount())
            .credited(order.userId(), first.paymentMethodId(), first.amount());
    return changed(paid, order.withPayments(payments));
  }

  private static Step<Store> modifyOrderAddress(final Store store, final OrderAddress arguments)
      throws ToolException {
    final Order order = store.order(arguments.orderId());
    check(order.status().contains(PENDING), "Non-pending order cannot be modified");
    return changed(
        store,
        order.withAddress(
            new Customer.Address(
                arguments.address1(),
                arguments.address2(),
                arguments.city(),
                arguments.country(),
                arguments.state(),
                arguments.zip())));
  }

  private static Step<Store> modifyUserAddress(final Store store, final UserAddress arguments)
      throws ToolException {
    final Customer customer =
        store
            .customer(arguments.userId())
            .withAddress(
                new Customer.Address(
                    arguments.address1(),
                    arguments.address2(),
                    arguments.city(),
                    arguments.country(),
                    arguments.state(),
                    arguments.zip()));
    return RetailTools.shown(store.with(customer), customer);
  }

  private static Step<Store> returnItems(final Store store, final Returning arguments)
      throws ToolException {
    final Order order = store.order(arguments.orderId());
    final String method = arguments.paymentMethodId();
    check(order.status().equals(DELIVERED), "Non-delivered order cannot be returned");
    check(
        store.paymentMethod(order.userId(), method).isGiftCard()
            || method.equals(order.paymentHistory().getFirst().paymentMethodId()),
        "Payment method should be the original payment method");
    checkItems(order, arguments.itemIds());
    return changed(store, order.returning(new Order.Return(sorted(arguments.itemIds()), method)));
  }

  private static Step<Store> changed(final Store store, final Order order) {
    return RetailTools.shown(store.with(order), order);
  }

  /** Adds up what the new items cost more than the old ones, in the order of the arguments. */
  private static double difference(
      final Store store, final Order order, final Replacement arguments) throws ToolException {
    check(
        arguments.itemIds().size() == arguments.newItemIds().size(),
        "The number of items to be exchanged should match");
    double difference = 0;
    for (int i = 0; i < arguments.itemIds().size(); i++) {
      final Order.Item item = item(order.items(), arguments.itemIds().get(i));
      final String next = arguments.newItemIds().get(i);
      final Product.Variant variant = store.variant(item.productId(), next);
      check(variant.available(), "New item " + next + " not found or available");
      difference += variant.price() - item.price();
    }
    return difference;
  }

  private static Order.Item item(final List<Order.Item> items, final String id)
      throws ToolException {
    for (final Order.Item item : items) {
      if (item.itemId().equals(id)) {
        return item;
      }
    }
    throw new ToolException("Item " + id + " not found");
  }

  private static void checkItems(final Order order, final List<String> ids) throws ToolException {
    final List<String> present = order.items().stream().map(Order.Item::itemId).toList();
    for (final String id : ids) {
      check(
          Collections.frequency(ids, id) <= Collections.frequency(present, id),
          "Item " + id + " not found as often as it is named");
    }
  }

  private static void checkBalance(
      final Store store, final String customerId, final String methodId, final double amount)
      throws ToolException {
    final Customer.PaymentMethod method = store.paymentMethod(customerId, methodId);
    check(!method.isGiftCard() || method.balance() >= amount, "Insufficient gift card balance");
  }

  private static List<String> sorted(final List<String> ids) {
    return ids.stream().sorted().toList();
  }

  private static void check(final boolean holds, final String message) throws ToolException {
    if (!holds) {
      throw new ToolException(message);
    }
  }
}
