package dev.coppice.environments.toolworld;

import dev.coppice.environments.canonical.CanonicalJson;
import dev.coppice.environments.canonical.Truncation;
import dev.coppice.environments.tool.CallText;
import dev.coppice.environments.tool.SeenResults;
import dev.coppice.environments.tool.SideEffect;
import dev.coppice.episode.Episode;
import dev.coppice.episode.EpisodePlan;
import dev.coppice.episode.Observation;
import dev.coppice.episode.Score;
import dev.coppice.episode.ToolFailedException;
import dev.coppice.trajectory.StopReason;
import dev.coppice.trajectory.Task.RuntimeContract;
import dev.coppice.trajectory.ToolCall;
import java.util.Map;
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

  private String lastResult = "";

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
    final CallText call;
    try {
      call = context.environment().format().notation().read(text);
    } catch (final IllegalArgumentException e) {
      return shown(
          "",
          "{}",
          ToolCall.Status.MALFORMED,
          CanonicalJson.write(Map.of("error", e.getMessage())));
    }
    final String arguments = CanonicalJson.write(call.arguments());
    final ToolSpec spec = context.environment().specs().get(call.tool());
    final String refusal =
        spec == null
            ? "there is no such tool; the tools are " + context.environment().specs().keySet()
            : context.environment().arguments(spec).refusal(call.arguments());
    if (refusal != null) {
      final String shown = CanonicalJson.write(Map.of("error", refusal));
      return shown(call.tool(), arguments, ToolCall.Status.ILLEGAL, shown);
    }
    final ToolResult result = run(spec, call, arguments);
    checkText(spec, result);
    if (result.status() == ToolCall.Status.OK) {
      seen = seen.and(result.text(), result.note());
    }
    final CallFormat format = context.environment().format();
    final ToolCall.Status status =
        format.notation().judge(result.status(), result.text(), result.note());
    final boolean readable = status != ToolCall.Status.MALFORMED;
    lastResult = result.text();
    return new Observation(
        format.observation(result.text()),
        readable ? call.tool() : "",
        readable ? arguments : "{}",
        status,
        result.correct(),
        result.over(),
        result.stepReward(),
        result.source());
  }

  private Observation shown(
      final String tool,
      final String arguments,
      final ToolCall.Status status,
      final String result) {
    final String text = context.environment().format().observation(result);
    lastResult = result;
    return Observation.of(text, tool, arguments, status, false);
  }

  @Override
  public Observation shortened(final Observation last, final UnaryOperator<String> cut) {
    return last.with(context.environment().format().observation(cut.apply(lastResult)));
  }

  private ToolResult run(final ToolSpec spec, final CallText call, final String arguments)
      throws Exception {
    if (context.contract() == RuntimeContract.RESET_PER_STEP) {
      restart();
    }
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
