package dev.coppice.environments.toolworld;

import dev.coppice.environments.canonical.CanonicalJson;
import dev.coppice.environments.canonical.Truncation;
import dev.coppice.environments.tool.CallText;
import dev.coppice.environments.tool.SeenResults;
import dev.coppice.environments.tool.SideEffect;
import dev.coppice.episode.Dialect;
import dev.coppice.episode.Episode;
import dev.coppice.episode.EpisodePlan;
import dev.coppice.episode.Observation;
import dev.coppice.episode.Score;
import dev.coppice.episode.ToolFailedException;
import dev.coppice.trajectory.StopReason;
import dev.coppice.trajectory.Task.RuntimeContract;
import dev.coppice.trajectory.ToolCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;

/**
 * Runs a {@link ToolWorld} along one branch.
 *
 * <p>A fork shares the instance. The first WRITE of a branch that shares one takes a copy: by {@link
 * ToolWorld#fork}, or where the world cannot, by replaying the branch's WRITE calls on a fresh
 * instance whose digest must then agree.
 *
 * @cost a fork is one object of 48 bytes, whatever the size of the world.
 */
public final class WorldEpisode implements Episode {
  private final EpisodeContext context;

  /** The instance, or null until one is needed. */
  private WorldShare share;

  private String digest;
  private SeenResults seen;
  private EpisodeContext.Writes writes;

  /** Whether a WRITE tool ran since the initial state. */
  private boolean changed;

  /** The sample that draws what is drawn by sample. */
  private final long sample;

  /** Whether this is the first episode of a group, which makes no calls itself. */
  private final boolean root;

  WorldEpisode(final EpisodeContext context) throws Exception {
    this.context = context;
    this.share = new WorldShare(context.begin());
    this.digest = context.initialDigest();
    this.seen = SeenResults.NOTHING;
    this.sample = ToolRequest.ANY;
    this.root = true;
  }

  private WorldEpisode(final WorldEpisode parent, final WorldShare share, final long sample) {
    this.context = parent.context;
    this.share = share;
    this.digest = parent.digest;
    this.seen = parent.seen;
    this.writes = parent.writes;
    this.changed = parent.changed;
    this.sample = sample;
    this.root = false;
  }

  @Override
  public String prompt() {
    return context.environment().prompt(context.task());
  }

  @Override
  public EpisodePlan plan() {
    return context.environment().taskset().plan(context.task());
  }

  @Override
  public Observation call(final String text) throws Exception {
    return calls(List.of(text), text).getFirst();
  }

  /**
   * Makes the calls of a turn. Those that only read run at once; one that writes waits for those before
   * it, and those behind it for it.
   */
  @Override
  public List<Observation> calls(final List<String> texts, final String turn) throws Exception {
    final List<Asked> asked = new ArrayList<>();
    texts.forEach(text -> asked.addAll(read(text)));
    final List<Observation> answers = new ArrayList<>();
    int next = 0;
    while (next < asked.size() && (answers.isEmpty() || !answers.getLast().over())) {
      int end = next;
      while (end < asked.size() && asked.get(end).runsBeside()) {
        end++;
      }
      if (end > next + 1) {
        answers.addAll(together(asked.subList(next, end)));
      } else {
        end = next + 1;
        answers.add(answered(asked.get(next)));
      }
      next = end;
    }
    return answers;
  }

  /**
   * A call as it was read, or why it is none.
   *
   * @param call or null.
   * @param spec of its tool, or null where it cannot be run.
   * @param refusal that the policy is shown, or null.
   */
  private record Asked(CallText call, ToolSpec spec, Observation refusal) {
    boolean runsBeside() {
      return refusal != null || spec.effect() != SideEffect.WRITE;
    }
  }

  private List<Asked> read(final String text) {
    final CallFormat format = context.environment().format();
    final List<CallText> calls;
    try {
      final String open = format.dialect().callOpen();
      if (format.dialect().ending() != Dialect.Ending.BARE && text.startsWith(open)) {
        throw new IllegalArgumentException("the call is never closed: it ends with its mark");
      }
      calls = format.notation().readAll(text);
    } catch (final IllegalArgumentException e) {
      return List.of(
          new Asked(null, null, refused("", "{}", ToolCall.Status.MALFORMED, e.getMessage())));
    }
    return calls.stream().map(this::asked).toList();
  }

  private Asked asked(final CallText call) {
    final ToolSpec spec = context.environment().specs().get(call.tool());
    final String refusal =
        spec == null
            ? "there is no such tool; the tools are " + context.environment().specs().keySet()
            : context.environment().arguments(spec).refusal(call.arguments());
    final String arguments = CanonicalJson.write(call.arguments());
    return new Asked(
        call,
        spec,
        refusal == null ? null : refused(call.tool(), arguments, ToolCall.Status.ILLEGAL, refusal));
  }

  private List<Observation> together(final List<Asked> asked) throws Exception {
    if (context.contract() == RuntimeContract.RESET_PER_STEP) {
      restart();
    }
    held(); // Made once, before several threads ask for it.
    final List<Future<ToolResult>> running = new ArrayList<>();
    final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    final List<Observation> answers = new ArrayList<>();
    try {
      for (final Asked one : asked) {
        running.add(one.refusal() != null ? null : threads.submit(() -> timed(one)));
      }
      for (int i = 0; i < running.size(); i++) {
        final Asked one = asked.get(i);
        answers.add(
            running.get(i) == null
                ? one.refusal()
                : shown(one.spec(), one.call(), running.get(i).get()));
      }
    } catch (final ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    } finally {
      threads.shutdownNow();
    }
    return answers;
  }

  /** Measures a call that others run beside: the turn as a whole takes longer. */
  private ToolResult timed(final Asked one) throws Exception {
    final long startNs = System.nanoTime();
    final ToolResult result =
        run(one.spec(), one.call(), CanonicalJson.write(one.call().arguments()));
    final Observation.Source source = result.source();
    return source.latencyUs() != Observation.Source.MEASURE
        ? result
        : result.from(
            new Observation.Source(source.provenance(), (System.nanoTime() - startNs) / 1_000));
  }

  private Observation answered(final Asked one) throws Exception {
    if (one.refusal() != null) {
      return one.refusal();
    }
    if (context.contract() == RuntimeContract.RESET_PER_STEP) {
      restart();
    }
    final String arguments = CanonicalJson.write(one.call().arguments());
    return shown(one.spec(), one.call(), run(one.spec(), one.call(), arguments));
  }

  private Observation shown(final ToolSpec spec, final CallText call, final ToolResult result)
      throws ToolFailedException {
    checkText(spec, result);
    if (result.status() == ToolCall.Status.OK) {
      seen = seen.and(result.text(), result.note());
    }
    final CallFormat format = context.environment().format();
    final ToolCall.Status status =
        format.notation().judge(result.status(), result.text(), result.note());
    final boolean readable = status != ToolCall.Status.MALFORMED;
    return new Observation(
        context.environment().observation(result.text()),
        readable ? call.tool() : "",
        readable ? CanonicalJson.write(call.arguments()) : "{}",
        status,
        result.correct(),
        result.over(),
        result.stepReward(),
        result.source());
  }

  private Observation refused(
      final String tool,
      final String arguments,
      final ToolCall.Status status,
      final String reason) {
    final String result = CanonicalJson.write(Map.of("error", reason));
    final String text = context.environment().observation(result);
    return Observation.of(text, tool, arguments, status, false);
  }

  @Override
  public List<Observation> shortened(
      final List<Observation> last, final UnaryOperator<String> cut) {
    final CallFormat format = context.environment().format();
    final int open = format.observationOpen().length();
    final int close = format.observationClose().length();
    return last.stream()
        .map(
            answer -> {
              final String text = answer.text();
              final String result = text.substring(open, text.length() - close);
              return answer.with(format.observation(cut.apply(result)));
            })
        .toList();
  }

  private ToolResult run(final ToolSpec spec, final CallText call, final String arguments)
      throws Exception {
    final long drawer = context.environment().drawsAfresh(spec) ? sample : ToolRequest.ANY;
    final String key = spec.resultKey(arguments, ToolRequest.drawnIn(digest, drawer));
    final boolean writing = spec.effect() == SideEffect.WRITE;
    final ToolResult known = writing ? null : context.remembered(key);
    if (known != null) {
      return known;
    }
    final ToolWorld world = writing ? own() : held();
    final ToolRequest request =
        new ToolRequest(call.tool(), call.arguments(), context.seedOf(key), drawer);
    final ToolResult result;
    try {
      result = world.call(request);
    } catch (final Exception | Error e) {
      share.markBroken();
      throw e;
    }
    if (result == null) {
      throw invalid(Observation.Source.REAL, "the tool returned nothing");
    }
    if (!writing) {
      return context.remember(key, result);
    }
    // Here, because calls run on tool threads and digests are asked for on the engine's.
    digest = world.digest();
    changed = true;
    if (result.status() == ToolCall.Status.OK && !context.environment().canFork()) {
      writes = new EpisodeContext.Writes(request, writes);
    }
    return result;
  }

  /** Puts the world back into its initial state; an instance of it is made when one is needed. */
  private void restart() {
    if (changed) {
      release();
      digest = context.initialDigest();
      writes = null;
      changed = false;
    }
  }

  /** Returns an instance in the branch's state that others may hold as well. */
  private ToolWorld held() throws Exception {
    if (share != null && share.isBroken() && !context.environment().canFork()) {
      release();
    }
    if (share == null) {
      share = new WorldShare(context.replayed(writes, digest));
    }
    return share.world();
  }

  /** Returns an instance in the branch's state that nobody else holds. */
  private ToolWorld own() throws Exception {
    final ToolWorld world = held();
    if (share.isSole()) {
      return world;
    }
    final boolean forks = context.environment().canFork();
    final ToolWorld copy = forks ? world.fork() : context.replayed(writes, digest);
    context.environment().tally().copied.increment();
    release();
    share = new WorldShare(copy);
    return copy;
  }

  private void release() {
    if (share != null) {
      final WorldShare left = share;
      share = null;
      left.leave();
    }
  }

  private void checkText(final ToolSpec spec, final ToolResult result) throws ToolFailedException {
    final String text = result.text();
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        final boolean isPair =
            i + 1 < text.length() && Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1));
        if (!isPair) {
          throw invalid(result.source(), "the tool returned half a character at " + i);
        }
        i++;
      }
    }
    if (!spec.result().isEmpty() && result.status() == ToolCall.Status.OK) {
      checkJson(spec, result);
    }
  }

  private void checkJson(final ToolSpec spec, final ToolResult result) throws ToolFailedException {
    final Object value;
    try {
      value = CanonicalJson.readValue(result.text());
    } catch (final IllegalArgumentException e) {
      throw invalid(result.source(), "the tool returned text that is not JSON: " + e.getMessage());
    }
    final String misfit = context.environment().result(spec).misfit(value);
    if (misfit != null) {
      throw invalid(result.source(), "the tool's answer " + misfit);
    }
  }

  private static ToolFailedException invalid(
      final Observation.Source source, final String message) {
    return new ToolFailedException(ToolCall.Status.INVALID, "invalid_result", message, source);
  }

  @Override
  public Score finish(final String answer) throws Exception {
    return held().reward(answer, seen);
  }

  @Override
  public Score truncated(final StopReason reason) {
    if (!Truncation.isUnsolved(reason)) {
      return Score.NONE;
    }
    try {
      final ToolWorld world = held();
      final Score score = world.reward(null, seen);
      if (reason == StopReason.ENVIRONMENT && world.scoresEndings()) {
        return score;
      }
      return Double.isNaN(score.reward()) ? score : new Score(0.0, score.components(), null);
    } catch (final RuntimeException e) {
      throw e;
    } catch (final Exception e) {
      throw new IllegalStateException("the world could not be scored: " + e.getMessage(), e);
    }
  }

  @Override
  public WorldEpisode fork() {
    return fork(sample);
  }

  @Override
  public WorldEpisode fork(final long noise) {
    if (context.contract() == RuntimeContract.RESET_PER_BRANCH) {
      restart();
    }
    if (root && !context.environment().canFork()) {
      // The root of a group makes no calls: its process had better serve the first branch.
      final WorldShare handedOn = share;
      share = null;
      return new WorldEpisode(this, handedOn, noise);
    }
    return new WorldEpisode(this, share == null ? null : share.join(), noise);
  }

  @Override
  public String digest() {
    return digest;
  }

  @Override
  public void close() {
    release();
  }
}
