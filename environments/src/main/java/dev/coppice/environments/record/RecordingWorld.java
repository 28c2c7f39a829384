package dev.coppice.environments.record;

import dev.coppice.environments.canonical.CanonicalJson;
import dev.coppice.environments.forwarding.ForwardingWorld;
import dev.coppice.environments.tool.SeenResults;
import dev.coppice.environments.tool.SideEffect;
import dev.coppice.environments.toolworld.ToolRequest;
import dev.coppice.environments.toolworld.ToolResult;
import dev.coppice.environments.toolworld.ToolSpec;
import dev.coppice.environments.toolworld.ToolWorld;
import dev.coppice.episode.InvalidToolResultException;
import dev.coppice.episode.Observation;
import dev.coppice.episode.Provenance;
import dev.coppice.episode.Score;
import dev.coppice.episode.ToolFailedException;
import dev.coppice.trajectory.Task;
import dev.coppice.trajectory.ToolCall;
import java.util.List;
import java.util.Map;

/** Asks the store before a tool that only reads, and keeps what every tool answers. */
final class RecordingWorld extends ForwardingWorld {
  private final ResultStore store;
  private final List<ToolSpec> specs;
  private Task task;
  private String digest;

  RecordingWorld(final ToolWorld real, final ResultStore store) {
    super(real);
    this.store = store;
    this.specs = real.tools();
  }

  private RecordingWorld(final RecordingWorld from) {
    super(from.base().fork());
    this.store = from.store;
    this.specs = from.specs;
    this.task = from.task;
    this.digest = from.digest;
  }

  @Override
  public List<ToolSpec> tools() {
    return specs;
  }

  @Override
  public void reset(final Task begun, final long seed) throws Exception {
    base().reset(begun, seed);
    task = begun;
    digest = base().digest();
    final Object first = store.put(Keys.start(begun, seed), Map.of("digest", digest)).get("digest");
    if (!digest.equals(first)) {
      throw other("the world began in another state than was recorded: task=" + begun.id());
    }
  }

  private static ToolFailedException other(final String message) {
    return new ToolFailedException(
        ToolCall.Status.THREW,
        "not_repeatable",
        message + "; equal states must have equal digests, and WRITE tools must repeat themselves",
        Observation.Source.REAL);
  }

  @Override
  public ToolResult call(final ToolRequest request) throws Exception {
    final ToolSpec spec = spec(specs, request.tool());
    if (spec == null) {
      return base().call(request);
    }
    final String key =
        Keys.call(spec, CanonicalJson.write(request.arguments()), request.drawnIn(digest));
    final Map<String, Object> known = store.get(key);
    if (known != null && (spec.effect() != SideEffect.WRITE || known.containsKey("failed"))) {
      return StoredResult.result(known);
    }
    final Map<String, Object> made = made(spec, request);
    final Map<String, Object> first = store.put(key, made);
    final ToolResult result = StoredResult.result(first);
    if (spec.effect() == SideEffect.WRITE) {
      final boolean same = result.text().equals(made.get("text"));
      if (!same || !StoredResult.digestAfter(first).equals(StoredResult.digestAfter(made))) {
        throw other("a WRITE did not do what was recorded: tool=" + spec.name());
      }
    }
    return result;
  }

  static ToolSpec spec(final List<ToolSpec> specs, final String name) {
    for (final ToolSpec spec : specs) {
      if (spec.name().equals(name)) {
        return spec;
      }
    }
    return null;
  }

  /** Runs the tool; what went wrong is a result to be kept as well. */
  private Map<String, Object> made(final ToolSpec spec, final ToolRequest request) {
    final long startNs = System.nanoTime();
    try {
      final ToolResult result = base().call(request);
      requireReal(spec, result);
      final long latencyUs = (System.nanoTime() - startNs) / 1_000;
      if (spec.effect() == SideEffect.WRITE) {
        digest = base().digest();
      }
      return StoredResult.of(result, latencyUs, digest);
    } catch (final ResultStoreException e) {
      throw e;
    } catch (final ToolFailedException e) {
      return StoredResult.of(e.status(), e.code(), e.getMessage(), sinceUs(startNs));
    } catch (final InvalidToolResultException e) {
      return StoredResult.of(
          ToolCall.Status.INVALID,
          "invalid_result",
          String.valueOf(e.getMessage()),
          sinceUs(startNs));
    } catch (final InterruptedException e) {
      // The engine has given the call up by now; the next to make it is told so at once.
      return StoredResult.of(
          ToolCall.Status.TIMEOUT, "timeout", "no answer before the deadline", sinceUs(startNs));
    } catch (final Exception e) {
      return StoredResult.of(ToolCall.Status.THREW, "threw", e.toString(), sinceUs(startNs));
    }
  }

  private static void requireReal(final ToolSpec spec, final ToolResult result) {
    final Provenance provenance = result.source().provenance();
    if (provenance != Provenance.REAL) {
      throw new ResultStoreException(
          "only results of real tools enter the store: tool="
              + spec.name()
              + " provenance="
              + provenance.wireName()
              + "; record the real world, not a replayed or simulated one",
          null);
    }
  }

  private static long sinceUs(final long startNs) {
    return (System.nanoTime() - startNs) / 1_000;
  }

  @Override
  public ToolWorld fork() {
    return new RecordingWorld(this);
  }

  @Override
  public String digest() {
    return digest;
  }

  @Override
  public Score reward(final String answer, final SeenResults seen) throws Exception {
    final String key = Keys.reward(task, digest, seen.digest(), answer);
    final Map<String, Object> known = store.get(key);
    return known != null
        ? StoredResult.score(known)
        : StoredResult.score(store.put(key, StoredResult.of(base().reward(answer, seen))));
  }

  /** A result that was recorded is returned again, so equal calls have equal answers. */
  @Override
  public boolean isRepeatable() {
    return true;
  }

  /** Kept by state, as a replay finds it. */
  @Override
  public boolean drawsAfresh(final String tool) {
    return false;
  }

  /** Kept by state, as a replay finds it. */
  @Override
  public boolean judges() {
    return false;
  }
}
