package dev.coppice.eventlog;

import dev.coppice.core.Effect;
import dev.coppice.core.Event;
import dev.coppice.draw.CounterRandom;
import dev.coppice.episode.Environment;
import dev.coppice.episode.Episode;
import dev.coppice.episode.Observation;
import dev.coppice.episode.Score;
import dev.coppice.model.Tokenizer;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.agrona.collections.Int2ObjectHashMap;

/**
 * Asks the worlds of a run everything again that its journal says they answered.
 *
 * <p>For environments that compute in this process alone and answer alike whenever they are asked
 * alike. A result the journal holds as failed is not asked for again, nor anything behind it: what
 * failed may have been the machine.
 *
 * @thread one at a time.
 * @cost what the calls and scorings of the run cost; nothing is sampled.
 */
public final class WorldReplay implements AutoCloseable {
  private final Environment environment;
  private final Tokenizer tokenizer;
  private final long seed;
  private final int observationTokens;
  private final BiConsumer<String, String> findings;
  private final Int2ObjectHashMap<String> groupIds = new Int2ObjectHashMap<>();
  private final Int2ObjectHashMap<Episode> groups = new Int2ObjectHashMap<>();
  private final Int2ObjectHashMap<Place> places = new Int2ObjectHashMap<>();
  private final Int2ObjectHashMap<Effect> asked = new Int2ObjectHashMap<>();

  /** The world of one branch and the group it is of. */
  private record Place(String group, Episode world) {}

  /**
   * Starts before the first event of an engine.
   *
   * @param environment of the run; the caller closes it.
   * @param tokenizer of the run.
   * @param seed of the run.
   * @param observationTokens the longest observation that is not cut, in tokens.
   * @param findings is told the id of a group and what differs there.
   */
  public WorldReplay(
      final Environment environment,
      final Tokenizer tokenizer,
      final long seed,
      final int observationTokens,
      final BiConsumer<String, String> findings) {
    this.environment = environment;
    this.tokenizer = tokenizer;
    this.seed = seed;
    this.observationTokens = observationTokens;
    this.findings = findings;
    environment.guard(tokenizer::guard);
  }

  /** Takes an event and what the core made of it. */
  void applied(final Event event, final List<Effect> effects) {
    switch (event) {
      case Event.GroupOffered offered -> begin(offered);
      case Event.CallDone done -> answered(done);
      case Event.Scored scored -> scored(scored);
      default -> {
        // Nothing that a world did.
      }
    }
    effects.forEach(this::carryOut);
  }

  private void begin(final Event.GroupOffered offered) {
    if (offered.failure() != null) {
      return;
    }
    final int group = offered.request().index();
    groupIds.put(group, offered.request().id());
    final Episode world;
    final int[] prompt;
    try {
      world =
          environment.start(
              environment.task(offered.request().taskIndex()), CounterRandom.mix(seed, group));
      groups.put(group, world);
      prompt = tokenizer.encodePrompt(world.prompt());
    } catch (final RuntimeException e) {
      findings.accept(offered.request().id(), "its task cannot be begun again: " + e);
      return;
    }
    if (!Arrays.equals(prompt, offered.prompt())) {
      findings.accept(offered.request().id(), "the task asks otherwise than the journal says");
    }
    hold(offered.request().id(), "state", offered.digest(), world.digest());
  }

  private void carryOut(final Effect effect) {
    switch (effect) {
      case Effect.StartWorld start ->
          put(
              start.branch(),
              groupIds.get(start.group()),
              groups.get(start.group()),
              start.noise());
      case Effect.Fork fork -> {
        final Place parent = places.get(fork.parent());
        if (parent != null) {
          put(fork.child(), parent.group(), parent.world(), fork.noise());
        }
      }
      case Effect.CloseWorld close -> leave(close.branch());
      case Effect.Call call -> asked.put(call.ticket().branch(), call);
      case Effect.Say say -> asked.put(say.ticket().branch(), say);
      case Effect.Score score -> asked.put(score.ticket().branch(), score);
      case Effect.ScoreTruncated score -> asked.put(score.ticket().branch(), score);
      case Effect.GroupDone done -> {
        final Episode world = groups.remove(done.group());
        groupIds.remove(done.group());
        if (world != null) {
          world.close();
        }
      }
      default -> {
        // The model's.
      }
    }
  }

  private void put(final int branch, final String group, final Episode parent, final long noise) {
    if (parent != null) {
      places.put(branch, new Place(group, parent.fork(noise)));
    }
  }

  private void leave(final int branch) {
    asked.remove(branch);
    final Place place = places.remove(branch);
    if (place != null) {
      place.world().close();
    }
  }

  private void answered(final Event.CallDone done) {
    final int branch = done.ticket().branch();
    final Effect effect = asked.remove(branch);
    final Place place = places.get(branch);
    if (effect == null || place == null) {
      return;
    }
    if (done.failure() != null) {
      leave(branch);
      return;
    }
    try {
      compare(place, done, effect);
    } catch (final Exception e) {
      findings.accept(place.group(), "a call that the journal has answered fails: " + e);
      leave(branch);
    }
  }

  private void compare(final Place place, final Event.CallDone done, final Effect effect)
      throws Exception {
    final List<Observation> answers;
    final StringBuilder text = new StringBuilder();
    if (effect instanceof Effect.Call call) {
      text.append(call.missing());
      answers = place.world().calls(call.texts(), call.turn());
    } else {
      final Effect.Say say = (Effect.Say) effect;
      answers = Collections.singletonList(place.world().say(say.turn(), say.end()));
    }
    answers.forEach(answer -> text.append(answer.text()));
    hold(place.group(), "state", done.digest(), place.world().digest());
    hold(place.group(), "calls", outcomes(done), outcomes(answers));
    hold(place.group(), "end of the episode", done.over(), answers.getLast().over());
    hold(
        place.group(),
        "step reward",
        done.stepReward(),
        answers.stream().mapToDouble(Observation::stepReward).sum());
    final int[] tokens = tokenizer.encode(text.toString());
    if (tokens.length <= observationTokens && !Arrays.equals(tokens, done.observation())) {
      findings.accept(place.group(), "the world answers otherwise than the journal says: " + text);
    }
  }

  private static List<String> outcomes(final Event.CallDone done) {
    return done.outcomes().stream()
        .map(one -> one.tool() + one.arguments() + one.status() + one.correct())
        .toList();
  }

  private static List<String> outcomes(final List<Observation> answers) {
    return answers.stream()
        .map(one -> one.tool() + one.arguments() + one.status() + one.correct())
        .toList();
  }

  private void scored(final Event.Scored scored) {
    final Effect effect = asked.remove(scored.ticket().branch());
    final Place place = places.get(scored.ticket().branch());
    if (effect == null || place == null || scored.failure() != null) {
      return;
    }
    try {
      final Score score =
          effect instanceof Effect.Score whole
              ? place.world().finish(whole.answer())
              : place.world().truncated(((Effect.ScoreTruncated) effect).reason());
      hold(place.group(), "score", scored.score(), score);
    } catch (final Exception e) {
      findings.accept(place.group(), "an answer that the journal has scored cannot be: " + e);
    }
  }

  private void hold(
      final String group, final String what, final Object journal, final Object again) {
    if (!Objects.equals(journal, again)) {
      findings.accept(
          group, what + ": the journal says " + journal + ", the world asked again " + again);
    }
  }

  /** Closes the worlds that are still open. */
  @Override
  public void close() {
    places.values().forEach(place -> place.world().close());
    groups.values().forEach(Episode::close);
    places.clear();
    groups.clear();
  }
}
