package dev.coppice.environments.retail;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Represents a customer as the database spells it.
 *
 * @param userId of the customer.
 * @param name of the customer.
 * @param address of the customer.
 * @param email of the customer.
 * @param paymentMethods by their ids.
 * @param orders the ids of the customer's orders.
 */
record Customer(
    String userId,
    Name name,
    Address address,
    String email,
    Map<String, PaymentMethod> paymentMethods,
    List<String> orders) {

  Customer withAddress(final Address next) {
    return new Customer(userId, name, address.changedTo(next), email, paymentMethods, orders);
  }

  /** Adds an amount, which may be negative, to a gift card; other methods stay as they are. */
  Customer credited(final String paymentMethodId, final double amount) {
    final PaymentMethod method = paymentMethods.get(paymentMethodId);
    if (method == null || !method.isGiftCard()) {
      return this;
    }
    final Map<String, PaymentMethod> next = new LinkedHashMap<>(paymentMethods);
    next.put(paymentMethodId, method.withBalance(Money.rounded(method.balance() + amount)));
    return new Customer(userId, name, address, email, next, orders);
  }

  /** Represents a name. */
  record Name(String firstName, String lastName) {}

  /** Represents a postal address. */
  record Address(
      String address1, String address2, String city, String country, String state, String zip) {

    /** Takes over another address but keeps the texts that are the same: forks hold many copies. */
    Address changedTo(final Address next) {
      return new Address(
          kept(address1, next.address1),
          kept(address2, next.address2),
          kept(city, next.city),
          kept(country, next.country),
          kept(state, next.state),
          kept(zip, next.zip));
    }

    private static String kept(final String old, final String next) {
      return old.equals(next) ? old : next;
    }
  }

  /** Represents a way to pay; brand and digits are a card's, the balance is a gift card's. */
  record PaymentMethod(String source, String id, String brand, String lastFour, Double balance) {
    boolean isGiftCard() {
      return source.equals("gift_card");
    }

    PaymentMethod withBalance(final double next) {
      return new PaymentMethod(source, id, brand, lastFour, next);
    }
  }
}
