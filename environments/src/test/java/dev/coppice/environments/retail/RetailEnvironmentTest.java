package dev.coppice.environments.retail;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.environments.EnvironmentContract;
import dev.coppice.environments.tool.Toolbox;
import dev.coppice.environments.toolworld.WorldEnvironment;
import dev.coppice.episode.Environment;
import dev.coppice.episode.Episode;
import dev.coppice.episode.Observation;
import dev.coppice.trajectory.Task;
import dev.coppice.trajectory.ToolCall;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RetailEnvironmentTest extends EnvironmentContract {
  private static final String ADDRESS =
      """
      {"address1":"1 Oak Road","address2":"","city":"Springfield","country":"USA","state":"CA","zip":"00001"}\
      """;
  private static final String DATABASE =
      """
      {"products":{"p1":{"name":"Lamp","product_id":"p1","variants":{
         "i1":{"item_id":"i1","options":{"colour":"red"},"available":true,"price":10.10},
         "i2":{"item_id":"i2","options":{"colour":"blue"},"available":true,"price":12.35},
         "i3":{"item_id":"i3","options":{"colour":"gold"},"available":false,"price":99.0},
         "i4":{"item_id":"i4","options":{"colour":"grey"},"available":true,"price":8.0}}}},
       "users":{"ann_lee_1":{"user_id":"ann_lee_1","name":{"first_name":"Ann","last_name":"Lee"},
         "address":%1$s,"email":"ann@example.com","payment_methods":{
           "gift_card_1":{"source":"gift_card","id":"gift_card_1","balance":5.0},
           "gift_card_2":{"source":"gift_card","id":"gift_card_2","balance":20.19},
           "paypal_1":{"source":"paypal","id":"paypal_1"}},"orders":["#W1","#W2"]}},
       "orders":{
        "#W1":{"order_id":"#W1","user_id":"ann_lee_1","address":%1$s,"items":[
          {"name":"Lamp","product_id":"p1","item_id":"i1","price":10.10,"options":{"colour":"red"}},
          {"name":"Lamp","product_id":"p1","item_id":"i1","price":10.10,"options":{"colour":"red"}}],
          "status":"pending","fulfillments":[],"payment_history":[
          {"transaction_type":"payment","amount":20.2,"payment_method_id":"gift_card_1"}]},
        "#W2":{"order_id":"#W2","user_id":"ann_lee_1","address":%1$s,"items":[
          {"name":"Lamp","product_id":"p1","item_id":"i2","price":12.35,"options":{"colour":"blue"}}],
          "status":"delivered","fulfillments":[],"payment_history":[
          {"transaction_type":"payment","amount":12.35,"payment_method_id":"paypal_1"}]}}}
      """
          .formatted(ADDRESS);
  private static final String TASKS =
      """
      [{"id":"0","user_scenario":{"instructions":{"reason_for_call":"Cancel order #W1.",
        "known_info":"You are Ann Lee in 00001."}},"evaluation_criteria":{"actions":[
        {"name":"find_user_id_by_name_zip","arguments":{"first_name":"Ann","last_name":"Lee","zip":"00001"}},
        {"name":"cancel_pending_order","arguments":{"order_id":"#W1","reason":"no longer needed"}}],
        "communicate_info":["20.20"]}},
       {"id":"1","user_scenario":{"instructions":{"reason_for_call":"Return the lamp of #W2."}},
        "evaluation_criteria":{"actions":[
        {"name":"return_delivered_order_items","arguments":
        {"order_id":"#W2","item_ids":["i2"],"payment_method_id":"paypal_1"}}]}}]
      """;

  @TempDir private Path folder;

  @BeforeEach
  void writeData() throws IOException {
    Files.writeString(folder.resolve("db.json"), DATABASE);
    Files.writeString(folder.resolve("tasks.json"), TASKS);
    Files.writeString(folder.resolve("policy.md"), "Keep to it.\n");
    Files.writeString(folder.resolve("split_tasks.json"), "{\"train\":[\"0\"],\"test\":[\"1\"]}");
  }

  @Override
  protected Environment environment() {
    return new WorldEnvironment(new RetailTaskset(folder, "all"));
  }

  @Override
  protected String call(final Task task, final SplittableRandom random) {
    final String order = List.of("#W1", "#W2", "#W3").get(random.nextInt(3));
    final String method = List.of("paypal_1", "gift_card_1", "x").get(random.nextInt(3));
    final String item = "i" + (1 + random.nextInt(4));
    final String other = "i" + (1 + random.nextInt(4));
    return switch (random.nextInt(9)) {
      case 0 -> call("cancel_pending_order", "order_id", order, "reason", "ordered by mistake");
      case 1 -> replace("modify_pending_order_items", order, item, other, method);
      case 2 -> replace("exchange_delivered_order_items", order, item, other, method);
      case 3 ->
          Toolbox.write(
              "return_delivered_order_items",
              Map.of("order_id", order, "item_ids", List.of(item), "payment_method_id", method));
      case 4 ->
          call("modify_pending_order_payment", "order_id", order, "payment_method_id", method);
      case 5 -> address("modify_user_address", "user_id", "ann_lee_1", random.nextInt(3));
      case 6 -> address("modify_pending_order_address", "order_id", order, random.nextInt(3));
      case 7 -> call("get_order_details", "order_id", order);
      default -> call("calculate", "expression", "10.10 * 2");
    };
  }

  @Override
  protected String answer(final Task task, final SplittableRandom random) {
    return "You get 20.20 back.";
  }

  @Override
  protected boolean isOneWorldForAllTasks() {
    return true;
  }

  @Test
  void shouldPlayTheExampleOfTheFormat() throws Exception {
    final Episode episode = start(0);

    final Observation found =
        episode.call(
            call(
                "find_user_id_by_name_zip",
                "first_name",
                "ann",
                "last_name",
                "LEE",
                "zip",
                "00001"));
    final Observation cancelled =
        episode.call(call("cancel_pending_order", "order_id", "#W1", "reason", "no longer needed"));
    final Observation again =
        episode.call(call("cancel_pending_order", "order_id", "#W1", "reason", "no longer needed"));

    assertTrue(
        episode
            .prompt()
            .endsWith("system: Keep to it.\n\nassistant: Hi! How can I help you today?\n"),
        episode.prompt());
    assertEquals("<tool_response>\"ann_lee_1\"</tool_response>", found.text());
    assertTrue(cancelled.text().contains("\"cancel_reason\":\"no longer needed\""));
    assertTrue(cancelled.text().contains("\"status\":\"cancelled\""));
    assertEquals(ToolCall.Status.ILLEGAL, again.status());
    assertTrue(
        episode
            .call(call("get_user_details", "user_id", "ann_lee_1"))
            .text()
            .contains("\"balance\":25.2"));
    assertEquals(1.0, episode.finish("You get $20.20.").reward());
    assertEquals(1.0, episode.finish("You get $20.20.").components().get("communicated"));
    assertEquals(0.0, episode.finish("Bye.").components().get("communicated"));
    assertEquals(0.0, start(0).finish("You get $20.20.").reward());
  }

  @Test
  void shouldRefuseWhatTheShopDoesNotDo() throws Exception {
    assertRefused("Non-pending", call("cancel_pending_order", "order_id", "#W2", "reason", "x"));
    assertRefused("Invalid reason", call("cancel_pending_order", "order_id", "#W1", "reason", "x"));
    assertRefused("Order not found", call("get_order_details", "order_id", "W1"));
    assertRefused(
        "not found or available",
        replace("exchange_delivered_order_items", "#W2", "i2", "i3", "paypal_1"));
    assertRefused(
        "Insufficient gift card balance",
        Toolbox.write(
            "modify_pending_order_payment",
            Map.of("order_id", "#W1", "payment_method_id", "gift_card_2")));
    assertRefused(
        "should be different",
        replace("modify_pending_order_items", "#W1", "i1", "i1", "paypal_1"));
    assertRefused(
        "different from the current",
        call(
            "modify_pending_order_payment", "order_id", "#W1", "payment_method_id", "gift_card_1"));
    assertRefused(
        "Payment method not found", replace("modify_pending_order_items", "#W1", "i1", "i2", "z"));
  }

  @Test
  void shouldChargeTheDifferenceWhenItemsOfAPendingOrderChange() throws Exception {
    final Episode episode = start(0);

    final Observation dearer =
        episode.call(replace("modify_pending_order_items", "#W1", "i1", "i2", "gift_card_1"));

    assertTrue(dearer.text().contains("\"status\":\"pending (item modified)\""), dearer.text());
    assertTrue(
        episode
            .call(call("get_user_details", "user_id", "ann_lee_1"))
            .text()
            .contains("\"balance\":2.75"));
  }

  @Test
  void shouldHaveTheOldDigestAgainWhenAChangeIsTakenBack() throws Exception {
    final Episode episode = start(0);
    final String before = episode.digest();

    episode.call(address("modify_user_address", "user_id", "ann_lee_1", 2));
    assertNotEquals(before, episode.digest());
    episode.call(
        call(
            "modify_user_address",
            "user_id",
            "ann_lee_1",
            "address1",
            "1 Oak Road",
            "address2",
            "",
            "city",
            "Springfield",
            "country",
            "USA",
            "state",
            "CA",
            "zip",
            "00001"));

    assertEquals(before, episode.digest());
  }

  @Test
  void shouldNameTheFileAndTheMendWhenTheDataIsMissingOrBroken() throws IOException {
    assertMessage("there is no task of this split: split=dev", "dev");
    Files.writeString(folder.resolve("db.json"), "{\"products\":{}}");
    assertMessage("db.json: there is no object users", "all");
    Files.writeString(folder.resolve("db.json"), "{");
    assertMessage("db.json: not JSON", "all");
    Files.delete(folder.resolve("db.json"));
    assertMessage("sierra-research/tau2-bench", "all");
  }

  private void assertMessage(final String expected, final String split) {
    final IllegalArgumentException refusal =
        assertThrows(IllegalArgumentException.class, () -> new RetailTaskset(folder, split));
    assertTrue(refusal.getMessage().contains(expected), refusal.getMessage());
  }

  private void assertRefused(final String expected, final String call) throws Exception {
    final Observation observation = start(0).call(call);
    assertEquals(ToolCall.Status.ILLEGAL, observation.status(), call);
    assertTrue(observation.text().contains(expected), observation.text());
  }

  private Episode start(final int index) {
    final Environment environment = environment();
    return environment.start(environment.task(index), 0);
  }

  private static String call(final String name, final String... arguments) {
    final Map<String, String> map = new TreeMap<>();
    for (int i = 0; i < arguments.length; i += 2) {
      map.put(arguments[i], arguments[i + 1]);
    }
    return Toolbox.write(name, map);
  }

  private static String replace(
      final String name,
      final String order,
      final String item,
      final String other,
      final String method) {
    return Toolbox.write(
        name,
        Map.of(
            "order_id",
            order,
            "item_ids",
            List.of(item),
            "new_item_ids",
            List.of(other),
            "payment_method_id",
            method));
  }

  private static String address(
      final String name, final String key, final String id, final int number) {
    return call(
        name,
        key,
        id,
        "address1",
        number + " Elm Road",
        "address2",
        "",
        "city",
        "Springfield",
        "country",
        "USA",
        "state",
        "CA",
        "zip",
        "00001");
  }
}
