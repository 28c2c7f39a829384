package dev.coppice.remote.work;

import dev.coppice.model.Draws;
import dev.coppice.model.LoadedWeights;
import dev.coppice.model.ModelRunner;
import dev.coppice.model.Quotes;
import dev.coppice.model.RunnerListener;
import dev.coppice.model.RunnerSession;
import dev.coppice.model.Tokenizer;
import dev.coppice.model.Work;
import dev.coppice.remote.control.ServerLoad;
import dev.coppice.remote.http.HttpLink;
import dev.coppice.remote.replica.Replica;
import dev.coppice.remote.replica.Replicas;
import dev.coppice.trajectory.RolloutFailure;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/**
 * Runs a model behind servers: quotes what a request is expected to cost, sends it, and answers with what
 * came.
 *
 * @thread the engine thread; draws run on virtual threads and hand over through a queue.
 */
public final class RemoteRunner implements ModelRunner {
  /** Marks a branch whose server has no room for another token of it. */
  static final Object CONTEXT_ENDED = new Object();

  private static final long LOOK_NS = TimeUnit.SECONDS.toNanos(1);

  private final String name;
  private final HttpLink link;
  private final Tokenizer tokenizer;
  private final Replicas replicas;
  private final RemoteSettings settings;
  private final Traits traits;
  private final RemoteTally tally = new RemoteTally();
  private final DrawTask.Context context;
  private final ConcurrentLinkedQueue<AskedWork> ended = new ConcurrentLinkedQueue<>();
  private final Map<Integer, AskedWork> open = new HashMap<>();
  private List<Work> submitted = new ArrayList<>();
  private final Map<Replica, ServerLoad> before = new HashMap<>();
  private final Quotes quotes = new Quotes();
  private final Draws draws = new Draws();
  private final Thread watcher;
  private final SendGate gate = new SendGate();
  private final ServerWeights weights;
  private volatile RunnerSession session;
  private volatile int version;
  private volatile boolean loaded;

  /** What the runner is made of. */
  record Parts(
      HttpLink link,
      Replicas replicas,
      RemoteSettings settings,
      boolean mayCopySlots,
      boolean isTold) {}

  RemoteRunner(final String name, final Parts parts, final Tokenizer tokenizer) {
    this.name = name;
    this.tokenizer = tokenizer;
    link = parts.link();
    replicas = parts.replicas();
    settings = parts.settings();
    weights = new ServerWeights(replicas, parts.isTold());
    final SegmentSender sender = new SegmentSender(link, settings, tally);
    context =
        new DrawTask.Context(replicas, sharing(sender, parts.mayCopySlots()), settings, tally);
    int contextTokens = Integer.MAX_VALUE;
    int places = 0;
    for (final Replica replica : replicas.all()) {
      contextTokens = Math.min(contextTokens, replica.facts().contextTokens());
      places += replica.slots() == null ? settings.mostRequests() : replica.facts().places();
    }
    final long answerNs = settings.patience().deadline().toNanos();
    traits =
        new Traits(
            settings.vocabularySize(),
            contextTokens,
            Math.min(settings.mostRequests(), places),
            context.tellsTokens(),
            false,
            // A draw ends by itself at its deadline; the core's comes later.
            2 * answerNs);
    watcher = Thread.ofVirtual().name("coppice-load").start(this::watch);
  }

  private PathSharing sharing(final SegmentSender sender, final boolean mayCopySlots) {
    return switch (replicas.all().getFirst().facts().engine()) {
      case "vllm", "openai" -> new BlockSharing(sender);
      case "sglang" -> new WaitingSharing(sender);
      default -> new SlotSharing(sender, mayCopySlots);
    };
  }

  /** Looks at how busy the servers are, for the choice between them. */
  private void watch() {
    try {
      while (true) {
        TimeUnit.NANOSECONDS.sleep(LOOK_NS);
        for (final Replica replica : replicas.all()) {
          if (replica.isUp() && replicas.all().size() > 1) {
            replica.load(replica.speech().control().load());
          }
        }
      }
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Traits traits() {
    return traits;
  }

  @Override
  public void begin(final RunnerSession newSession) {
    open.values().forEach(AskedWork::cancel);
    open.clear();
    submitted.clear();
    ended.clear();
    tally.clear();
    session = newSession;
    version = newSession.firstVersion();
    before.clear();
    loads().forEach(before::put);
  }

  private Map<Replica, ServerLoad> loads() {
    final Map<Replica, ServerLoad> loads = new LinkedHashMap<>();
    try {
      for (final Replica replica : replicas.all()) {
        if (replica.isUp()) {
          loads.put(replica, replica.speech().control().load());
        }
      }
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return loads;
  }

  @Override
  public void submit(final Work work) {
    if (session == null) {
      throw new IllegalStateException("submitted before begin");
    }
    requireTokens(work);
    submitted.add(work);
  }

  /** Two kinds of server die of an id they do not know, or take it for another. */
  private void requireTokens(final Work work) {
    for (int i = 0; i < work.length(); i++) {
      final int token = work.tokens()[i];
      if (token < 0 || token >= settings.vocabularySize()) {
        throw new IllegalArgumentException(
            "there is no such token: token="
                + token
                + " position="
                + i
                + " vocabularySize="
                + settings.vocabularySize());
      }
    }
  }

  @Override
  public void fork(final int parent, final int child) {
    // The child's path is all a server needs.
  }

  @Override
  public void release(final int branch) {
    submitted.removeIf(work -> work.branch() == branch);
    final AskedWork asked = open.remove(branch);
    if (asked != null) {
      asked.cancel();
    }
  }

  @Override
  public long[] forget(final int group, final int[] trees) {
    return new long[trees.length];
  }

  @Override
  public int poll(final RunnerListener listener) {
    return send(listener) + receive(listener);
  }

  private int send(final RunnerListener listener) {
    if (!gate.passes(open.size()) || submitted.isEmpty()) {
      return 0;
    }
    final List<Work> sent = submitted;
    submitted = new ArrayList<>();
    final List<AskedWork> asked = new ArrayList<>(sent.size());
    quotes.clear();
    draws.clear();
    for (final Work work : sent) {
      final AskedWork now = new AskedWork(work, terms(), context, ended::add);
      now.quote(quotes);
      open.put(work.branch(), now);
      asked.add(now);
    }
    listener.quoted(quotes);
    for (final AskedWork now : asked) {
      // One that was released meanwhile was declined: it is in the map no more.
      if (open.get(now.branch()) != now) {
        now.declined();
      } else if (now.isAtContextEnd()) {
        now.declined();
        open.remove(now.branch());
        now.endAtContext(draws);
      } else {
        now.start();
      }
    }
    if (draws.rows() > 0) {
      listener.drawn(draws);
    }
    return sent.size();
  }

  private AskedWork.Terms terms() {
    return new AskedWork.Terms(
        salt(version),
        System.nanoTime() + settings.patience().deadline().toNanos(),
        version,
        session.sharesPrompts());
  }

  private int receive(final RunnerListener listener) {
    int done = 0;
    draws.clear();
    for (AskedWork asked = ended.poll(); asked != null; asked = ended.poll()) {
      done++;
      if (open.get(asked.branch()) == asked && asked.noteEnded()) {
        open.remove(asked.branch());
        asked.write(draws);
      }
    }
    if (draws.rows() > 0) {
      listener.drawn(draws);
    }
    return done;
  }

  @Override
  public LoadedWeights load(final Path folder) {
    if (session == null || !session.recompute()) {
      throw ServerWeights.refused(
          folder, "a server holds one version at a time: set bridge.weights = \"recompute\"");
    }
    boolean isDone = false;
    try {
      weights.check(folder);
      if (!gate.hold(traits.answerWithinNs())) {
        throw ServerWeights.refused(folder, "requests were still under way at the deadline");
      }
      weights.use(folder, salt(version + 1));
      isDone = true;
      loaded = true;
      return gate::open;
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
      throw ServerWeights.refused(folder, "interrupted");
    } finally {
      if (!isDone) {
        gate.open();
      }
    }
  }

  @Override
  public boolean mayAdopt() {
    return loaded;
  }

  @Override
  public void adopt(final LoadedWeights newWeights, final int newVersion) {
    version = newVersion;
    loaded = false;
    newWeights.close(); // Requests go on, under the new version.
  }

  /** A cache never mixes versions, even where somebody forgot to drop it. */
  private static String salt(final int ofVersion) {
    return "coppice-" + ofVersion;
  }

  @Override
  public int policyVersion() {
    return version;
  }

  @Override
  public Map<String, Long> counters() {
    final Map<String, Long> counters = tally.counters();
    counters.put("remote_lost_servers", replicas.losses());
    if (open.isEmpty()) {
      reconcile(counters);
    }
    return counters;
  }

  /** Adds what the servers counted themselves; others may have asked them too. */
  private void reconcile(final Map<String, Long> counters) {
    loads()
        .forEach(
            (replica, now) -> {
              final ServerLoad then = before.getOrDefault(replica, ServerLoad.UNTOLD);
              add(counters, "server_prompt_computed", then.computedPrompt(), now.computedPrompt());
              add(counters, "server_generated", then.generated(), now.generated());
              add(counters, "server_preemptions", then.preemptions(), now.preemptions());
            });
  }

  /** A server that was started anew counts from 0. */
  private static void add(
      final Map<String, Long> counters, final String name, final long then, final long now) {
    if (now >= 0) {
      counters.merge(name, now >= then ? now - Math.max(0, then) : now, Long::sum);
    }
  }

  @Override
  public void close() {
    watcher.interrupt();
    open.values().forEach(AskedWork::cancel);
    open.clear();
    replicas.close();
    link.close();
    tokenizer.close();
  }

  static RolloutFailure contextEnded() {
    return new RolloutFailure(
        RolloutFailure.Boundary.LIMIT,
        "server_context_full",
        "the server cut an answer at its context; raise its largest model length");
  }
}
