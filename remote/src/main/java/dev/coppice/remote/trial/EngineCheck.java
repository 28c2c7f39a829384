package dev.coppice.remote.trial;

import dev.coppice.chat.ChatRequest;
import dev.coppice.chat.ChatTemplate;
import dev.coppice.chat.tokenizer.ModelTokenizer;
import dev.coppice.model.Tokenizer;
import dev.coppice.remote.control.ServerFacts;
import dev.coppice.remote.http.HttpLink;
import dev.coppice.remote.probe.Connection;
import dev.coppice.remote.probe.ProbeCheck;
import dev.coppice.remote.probe.ServerException;
import dev.coppice.remote.probe.ServerProbe;
import dev.coppice.remote.replica.Replica;
import dev.coppice.trajectory.SamplingSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Tries everything a server may be asked, once. */
public final class EngineCheck {
  private static final String MESSAGE = "What is in the third drawer?";

  private EngineCheck() {}

  /**
   * Holds what was found.
   *
   * @param facts of the server.
   * @param path its requests for tokens go to.
   * @param checks in the order they were made.
   */
  public record Report(ServerFacts facts, String path, List<ProbeCheck> checks) {
    /** Keeps a copy. */
    public Report {
      checks = List.copyOf(checks);
    }

    /**
     * Returns whether runs can sample from the server.
     *
     * @return true if nothing is lacking that every run needs.
     */
    public boolean isUsable() {
      return checks.stream().allMatch(check -> check.ok() || !check.needed());
    }
  }

  /**
   * Tries a server.
   *
   * @param address of it.
   * @param key it asks for; empty for none.
   * @param folder of the model, or null: then its tokenizer and template are not compared.
   * @return what was found.
   * @throws ServerException if it does not answer, or is of no known kind.
   * @throws InterruptedException if interrupted.
   */
  public static Report of(final Connection.Address address, final String key, final Path folder)
      throws InterruptedException {
    try (HttpLink link = new HttpLink(key)) {
      final Replica replica = Connection.find(link, address);
      final String name = address.model().isEmpty() ? replica.facts().model() : address.model();
      try (Tokenizer tokenizer =
          folder == null ? new ServersTokenizer(replica) : ModelTokenizer.open(folder)) {
        final ServerProbe probe = new ServerProbe(link, replica, name, tokenizer);
        return new Report(
            replica.facts(),
            replica.speech().dialect().path(),
            checks(probe, folder == null ? null : template(folder, tokenizer)));
      }
    }
  }

  private static int[] template(final Path folder, final Tokenizer tokenizer) {
    if (ChatTemplate.sha256(folder).isEmpty()) {
      return new int[0];
    }
    final Map<String, Object> message = Map.of("role", "user", "content", MESSAGE);
    return tokenizer.encode(
        ChatTemplate.open(folder, "default").render(ChatRequest.prompt(List.of(message), null)));
  }

  private static List<ProbeCheck> checks(final ServerProbe probe, final int[] template)
      throws InterruptedException {
    final List<ProbeCheck> checks = new ArrayList<>();
    checks.add(probe.tokens());
    if (template == null) {
      checks.add(
          new ProbeCheck("tokenizer", false, "not compared", "name the model with --model", false));
    } else {
      checks.add(probe.tokenizer());
      checks.add(probe.template(template.length == 0 ? null : template, MESSAGE));
    }
    checks.add(probe.logprobs(new SamplingSettings(0.7, 1, 0, 0)));
    checks.add(
        probe.logprobs(new SamplingSettings(0.7, 0.9, 40, 0)).named("... with top-k, top-p"));
    checks.add(probe.prefixReuse());
    checks.add(probe.seeds());
    checks.add(probe.stopTokens());
    checks.add(probe.abort());
    if (template != null) {
      checks.add(probe.wholeRow());
    }
    checks.add(probe.forks());
    checks.add(probe.weights());
    return checks;
  }
}
