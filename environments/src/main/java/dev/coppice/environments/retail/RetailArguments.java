package dev.coppice.environments.retail;

import dev.coppice.environments.tool.Argument;
import java.util.List;

/** The arguments of the retail tools; tools with equal arguments share a record. */
final class RetailArguments {
  private RetailArguments() {}

  /** Takes nothing. */
  record None() {}

  /** Takes an expression. */
  record Calculation(@Argument("Numbers, + - * / and parentheses.") String expression) {}

  /** Takes a summary. */
  record Summary(@Argument("What the customer wants.") String summary) {}

  /** Takes an e-mail address. */
  record Email(@Argument("The customer's e-mail address.") String email) {}

  /** Takes a name and a postal code. */
  record NameAndZip(
      @Argument("The customer's first name.") String firstName,
      @Argument("The customer's last name.") String lastName,
      @Argument("The customer's postal code.") String zip) {}

  /** Takes an order. */
  record OrderId(@Argument("The order, for example #W0000000.") String orderId) {}

  /** Takes a product. */
  record ProductId(@Argument("The product, which is not the item.") String productId) {}

  /** Takes an item. */
  record ItemId(@Argument("The item, which is not the product.") String itemId) {}

  /** Takes a customer. */
  record UserId(@Argument("The customer, for example sara_doe_496.") String userId) {}

  /** Takes an order and a reason. */
  record Cancellation(
      @Argument("The order, for example #W0000000.") String orderId,
      @Argument("'no longer needed' or 'ordered by mistake'.") String reason) {}

  /** Takes items of an order, others for them, and who pays the difference. */
  record Replacement(
      @Argument("The order, for example #W0000000.") String orderId,
      @Argument("The items to give up; an item may stand here twice.") List<String> itemIds,
      @Argument("The items to get instead, of the same products in the same order.")
          List<String> newItemIds,
      @Argument("The payment method for the difference in price.") String paymentMethodId) {}

  /** Takes items of an order and where the refund goes. */
  record Returning(
      @Argument("The order, for example #W0000000.") String orderId,
      @Argument("The items to give back; an item may stand here twice.") List<String> itemIds,
      @Argument("The payment method for the refund.") String paymentMethodId) {}

  /** Takes an order and a payment method. */
  record OrderPayment(
      @Argument("The order, for example #W0000000.") String orderId,
      @Argument("The payment method to use instead.") String paymentMethodId) {}

  /** Takes an order and an address. */
  record OrderAddress(
      @Argument("The order, for example #W0000000.") String orderId,
      @Argument("The first line of the address.") String address1,
      @Argument("The second line of the address, may be empty.") String address2,
      @Argument("The city.") String city,
      @Argument("The state, for example CA.") String state,
      @Argument("The country, for example USA.") String country,
      @Argument("The postal code.") String zip) {}

  /** Takes a customer and an address. */
  record UserAddress(
      @Argument("The customer, for example sara_doe_496.") String userId,
      @Argument("The first line of the address.") String address1,
      @Argument("The second line of the address, may be empty.") String address2,
      @Argument("The city.") String city,
      @Argument("The state, for example CA.") String state,
      @Argument("The country, for example USA.") String country,
      @Argument("The postal code.") String zip) {}
}
