package dev.coppice.remote.work;

import dev.coppice.chat.tokenizer.ModelTokenizer;
import dev.coppice.model.ModelRunner;
import dev.coppice.model.Tokenizer;
import dev.coppice.remote.http.HttpLink;
import dev.coppice.remote.probe.Connection;
import dev.coppice.remote.probe.ProbeCheck;
import dev.coppice.remote.probe.ServerException;
import dev.coppice.remote.probe.ServerProbe;
import dev.coppice.remote.protocol.ServerRequest;
import dev.coppice.remote.replica.Replica;
import dev.coppice.remote.replica.Replicas;
import dev.coppice.trajectory.SamplingSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Connects to servers, tries them and makes a runner over them; what a server lacks is said before
 * anything is sampled.
 */
public final class RemoteOpening {
  /** What every server tells of a distribution without being set up for more. */
  private static final int USUAL_TOP = 20;

  private RemoteOpening() {}

  /**
   * Names the servers.
   *
   * @param engine that all of them run.
   * @param urls of them.
   * @param model the name they know the model by; empty for their only one.
   * @param key they ask for; empty for none.
   * @param contextTokens of one sequence, of servers that do not tell; 0 asks them.
   */
  public record Servers(
      String engine, List<String> urls, String model, String key, int contextTokens) {}

  /**
   * Says what is wanted of the servers.
   *
   * @param sampling settings of the run.
   * @param patience with them.
   * @param mostRequests under way at a time.
   * @param entropyTop likeliest tokens that bound an entropy; 0 for the whole distribution.
   * @param isTold whether somebody else gives the servers new weights, and only tells us.
   */
  public record Wishes(
      SamplingSettings sampling,
      RemoteSettings.Patience patience,
      int mostRequests,
      int entropyTop,
      boolean isTold) {}

  /**
   * Opens a runner.
   *
   * @param servers of the model.
   * @param folder of the model: its tokenizer is compared with the servers'.
   * @param wishes of the run.
   * @return the runner; the caller closes it.
   * @throws ServerException if a server cannot be used, naming it and the mend.
   */
  public static ModelRunner open(final Servers servers, final Path folder, final Wishes wishes) {
    return open(servers, ModelTokenizer.open(folder), wishes);
  }

  /**
   * Opens a runner with a tokenizer that is open already.
   *
   * @param servers of the model.
   * @param tokenizer of it; the runner closes it.
   * @param wishes of the run.
   * @return the runner; the caller closes it.
   * @throws ServerException if a server cannot be used, naming it and the mend.
   */
  public static RemoteRunner open(
      final Servers servers, final Tokenizer tokenizer, final Wishes wishes) {
    final HttpLink link = new HttpLink(servers.key());
    try {
      return open(servers, tokenizer, wishes, link);
    } catch (final InterruptedException e) {
      link.close();
      tokenizer.close();
      Thread.currentThread().interrupt();
      throw ServerException.unreachable("interrupted while the servers were tried", e);
    } catch (final RuntimeException e) {
      link.close();
      tokenizer.close();
      throw e;
    }
  }

  private static RemoteRunner open(
      final Servers servers, final Tokenizer tokenizer, final Wishes wishes, final HttpLink link)
      throws InterruptedException {
    final List<Replica> all = new ArrayList<>();
    for (final String url : servers.urls()) {
      final Connection.Address address = new Connection.Address(url, servers.model());
      all.add(
          servers.engine().equals("openai")
              ? Connection.openOfTexts(link, address, tokenizer, servers.contextTokens())
              : Connection.open(link, address, servers.engine()));
    }
    final String model =
        servers.model().isEmpty() ? all.getFirst().facts().model() : servers.model();
    final Map<Replica, ServerProbe> probes = new HashMap<>();
    boolean hasRows = wishes.entropyTop() == 0;
    boolean mayCopy = true;
    for (final Replica replica : all) {
      final ServerProbe probe = new ServerProbe(link, replica, model, tokenizer);
      probes.put(replica, probe);
      require(replica, probe.tokens());
      if (!replica.speech().dialect().tellsTokens()) {
        hasRows = false;
        continue;
      }
      require(replica, probe.tokenizer());
      require(replica, probe.logprobs(wishes.sampling()));
      hasRows = hasRows && probe.wholeRow().ok();
      mayCopy &= replica.slots() == null || probe.copiesSlots();
    }
    final int top = wishes.entropyTop() == 0 ? USUAL_TOP : wishes.entropyTop();
    final RemoteSettings settings =
        new RemoteSettings(
            model,
            tokenizer.vocabularySize(),
            wishes.sampling(),
            wishes.patience(),
            wishes.mostRequests(),
            hasRows ? ServerRequest.WHOLE_ROW : top);
    final Replicas replicas = new Replicas(all, replica -> probes.get(replica).answers());
    return new RemoteRunner(
        model,
        new RemoteRunner.Parts(link, replicas, settings, mayCopy, wishes.isTold()),
        tokenizer);
  }

  private static void require(final Replica replica, final ProbeCheck check) {
    if (!check.ok() && check.needed()) {
      throw ServerException.lacking(
          replica
              + " fails the check of "
              + check.name()
              + ": "
              + check.finding()
              + "; "
              + check.mend());
    }
  }
}
