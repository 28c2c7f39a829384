package dev.coppice.worlds.mcp;

import com.sun.net.httpserver.HttpServer;
import dev.coppice.environments.contract.WorldContract;
import dev.coppice.environments.toolworld.Taskset;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

@Tag("slow")
class McpContractTest extends WorldContract {
  private static HttpServer server;

  @BeforeAll
  static void open() throws Exception {
    server = CrankyServer.http();
  }

  @AfterAll
  static void close() {
    server.stop(0);
  }

  @Override
  protected Taskset taskset() {
    return new McpTaskset(
        new McpServerConfig(
            List.of(),
            Map.of(),
            new McpAddress(
                URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/mcp"), Map.of()),
            Set.of(),
            McpServerConfig.Limits.DEFAULT,
            List.of(
                new McpTask(
                    "Count to three.",
                    "counter is 3",
                    List.of(new Taskset.Call("add", Map.of("n", 3)))))));
  }
}
