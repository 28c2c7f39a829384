package dev.coppice.proxy.answer;

import dev.coppice.model.ModelRunner;
import dev.coppice.model.Tokenizer;
import dev.coppice.model.Work;
import dev.coppice.proxy.recorded.RecordEvent;
import dev.coppice.proxy.recorded.Recording;
import dev.coppice.proxy.recorded.Rollout;
import dev.coppice.proxy.recorded.RolloutName;
import dev.coppice.proxy.recorded.Turn;
import dev.coppice.proxy.strand.Ask;
import dev.coppice.proxy.strand.Sampled;
import dev.coppice.proxy.strand.SamplingLoop;
import dev.coppice.proxy.talk.Messages;
import dev.coppice.proxy.talk.RefusedException;
import dev.coppice.proxy.talk.RefusedException.Kind;
import dev.coppice.proxy.talk.TalkAsk;
import dev.coppice.proxy.talk.TurnReader;
import dev.coppice.trajectory.RolloutFailure;
import dev.coppice.trajectory.SamplingSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Answers requests: places each in its rollout, samples, records, and only then tells the end.
 *
 * @thread any; each request has its own.
 */
public final class Answering {
  private final Parts parts;
  private final ModelRunner.Traits traits;

  /**
   * Makes the answerer of a model.
   *
   * @param parts to work with.
   * @param traits of the runner.
   */
  public Answering(final Parts parts, final ModelRunner.Traits traits) {
    this.parts = parts;
    this.traits = traits;
  }

  /**
   * Bundles what an answer needs.
   *
   * @param recording of rollouts.
   * @param loop that samples.
   * @param placing of requests.
   * @param run that draws.
   */
  public record Parts(Recording recording, SamplingLoop loop, Placing placing, Run run) {}

  /**
   * Says how a run draws.
   *
   * @param seed of every draw that names none.
   * @param settings of requests that name none.
   * @param forced whether requests draw with these settings whatever they name.
   */
  public record Run(long seed, SamplingSettings settings, boolean forced) {}

  /**
   * Says whose request it is.
   *
   * @param name of the rollout.
   * @param input of its task as JSON, where the rollout begins.
   * @param callIds the letters that the ids of calls begin with.
   */
  public record Caller(RolloutName name, String input, String callIds) {}

  /**
   * Answers a request of messages.
   *
   * @param caller whose request it is.
   * @param ask of the agent.
   * @param listener told of the answer; if it throws, nobody waits any more.
   * @throws InterruptedException if interrupted; what was sampled is discarded.
   */
  public void answer(final Caller caller, final TalkAsk ask, final ReplyListener listener)
      throws InterruptedException {
    answer(caller, new TextAsk(null, null, ask), listener);
  }

  /**
   * Answers a request of a bare text or of tokens.
   *
   * @param caller whose request it is.
   * @param ask of the agent.
   * @param listener told of the answer; if it throws, nobody waits any more.
   * @throws InterruptedException if interrupted; what was sampled is discarded.
   */
  public void answer(final Caller caller, final TextAsk ask, final ReplyListener listener)
      throws InterruptedException {
    final SamplingSettings settings =
        parts.run().forced() ? parts.run().settings() : ask.talk().sampling().settings();
    final Rollout rollout = parts.recording().open(caller.name(), caller.input(), settings);
    final int request = parts.recording().begin(rollout);
    try {
      new Request(caller, ask, rollout, request, settings).answer(listener);
    } finally {
      parts.recording().end(rollout);
    }
  }

  /** Holds one request while it is answered. */
  private final class Request {
    private final Caller caller;
    private final TextAsk ask;
    private final Rollout rollout;
    private final int number;
    private final SamplingSettings settings;
    private final BlockingQueue<Reply> replies = new LinkedBlockingQueue<>();
    private final List<ChoiceSink> sinks = new ArrayList<>();
    private final long waitedUs;

    Request(
        final Caller caller,
        final TextAsk ask,
        final Rollout rollout,
        final int number,
        final SamplingSettings settings) {
      this.caller = caller;
      this.ask = ask;
      this.rollout = rollout;
      this.number = number;
      this.settings = settings;
      this.waitedUs = parts.recording().waitedUs(rollout);
    }

    void answer(final ReplyListener listener) throws InterruptedException {
      final List<Turn> turns = parts.recording().turns(rollout);
      final Placing.Place place = place(turns);
      final int[] path = place.path();
      requireRoom(path.length);
      final int firstTurn = parts.recording().takeTurns(ask.talk().choices());
      final Ask asked = ask(place, path, turns, firstTurn);
      listener.begun(new ReplyListener.Head(firstTurn, path.length), sinks.size());
      parts.loop().submit(asked);
      boolean recorded = false;
      try {
        await(listener);
        record(place, firstTurn);
        recorded = true;
        listener.finished(sinks.stream().map(this::finish).toList());
      } finally {
        if (!recorded) {
          giveUp(asked);
        }
      }
    }

    private Placing.Place place(final List<Turn> turns) {
      final Placing placing = parts.placing();
      if (ask.text() != null) {
        return placing.place(ask.text(), turns);
      }
      return ask.tokens() != null
          ? placing.place(checked(ask.tokens()), turns)
          : placing.place(ask.talk(), turns);
    }

    private int[] checked(final int[] tokens) {
      for (final int token : tokens) {
        if (token < 0 || token >= traits.vocabularySize()) {
          throw RefusedException.field("prompt", "no such token: " + token);
        }
      }
      return tokens;
    }

    private void requireRoom(final int length) {
      if (length == 0) {
        throw RefusedException.field("prompt", "it has no token");
      }
      if (length >= traits.contextTokens()) {
        throw new RefusedException(
            Kind.TOO_LONG,
            "messages",
            "the model's context has "
                + traits.contextTokens()
                + " tokens, and the conversation alone "
                + length);
      }
    }

    private Ask ask(
        final Placing.Place place, final int[] path, final List<Turn> turns, final int firstTurn) {
      final Tokenizer tokenizer = parts.placing().tokenizer();
      final TalkAsk talk = ask.talk();
      final String forced = place.prompt() == null ? "" : place.prompt().forced();
      for (int i = 0; i < talk.choices(); i++) {
        final ChoiceSink sink = new ChoiceSink(i, tokenizer, replies, talk.shape().logprobs());
        final String ids = caller.callIds() + "t" + (firstTurn + i) + "c";
        final int[] made = {0};
        sink.read(new TurnReader(talk, forced, () -> ids + made[0]++, sink::tell));
        sinks.add(sink);
      }
      final long key =
          talk.sampling().seed().isPresent()
              ? Placing.key(talk.sampling().seed().getAsLong(), path)
              : Placing.key(parts.run().seed(), rollout.name(), path, turns, place);
      final Work.Stops stops = new Work.Stops(tokenizer.endTokens(), talk.limits().stops());
      final Turn parent = place.parent();
      final Ask.Start start =
          parent == null
              ? Ask.Start.NONE
              : new Ask.Start(
                  parent.strand(), parts.recording().isShared(rollout), parent.length());
      return new Ask(
          rollout.number(),
          path,
          key,
          new Ask.Terms(new Work.Terms(settings, stops), talk.limits().mostTokens()),
          start,
          sinks);
    }

    /** Passes on what is sampled until every choice has ended. */
    private void await(final ReplyListener listener) throws InterruptedException {
      int left = sinks.size();
      while (left > 0) {
        switch (replies.take()) {
          case Reply.Part part -> listener.part(part.choice(), part.part());
          case Reply.Token token -> listener.token(token.choice(), token.token());
          case Reply.Finished finished -> left--;
          case Reply.Failed failed -> {
            parts.recording().discarded(rollout, failed.discarded(), failed.failure().message());
            throw new RefusedException(Kind.BACKEND, null, failed.failure().message());
          }
        }
      }
    }

    /** Whatever was sampled for nothing is booked, once the loop has let go of it. */
    private void giveUp(final Ask asked) {
      parts
          .loop()
          .cancel(
              asked,
              new RolloutFailure(
                  RolloutFailure.Boundary.ENVIRONMENT, "interrupted", "nobody waits any more"));
      parts
          .loop()
          .between(
              runner -> {
                long wasted = 0;
                for (Reply reply = replies.poll(); reply != null; reply = replies.poll()) {
                  wasted += reply instanceof Reply.Failed failed ? failed.discarded() : 0;
                }
                return wasted + ended();
              })
          .thenAccept(wasted -> parts.recording().discarded(rollout, wasted, ""));
    }

    private long ended() {
      long tokens = 0;
      for (final ChoiceSink sink : sinks) {
        final Sampled sampled = sink.sampled();
        if (sampled != null) {
          tokens +=
              sampled.tokens().length + sampled.spent().prefilled() + sampled.spent().discarded();
        }
      }
      return tokens;
    }

    private void record(final Placing.Place place, final int firstTurn) {
      for (final ChoiceSink sink : sinks) {
        final Sampled sampled = sink.sampled();
        final String forced = place.prompt() == null ? "" : place.prompt().forced();
        final int[] versions = new int[2 * sampled.versions().size()];
        for (int i = 0; i < sampled.versions().size(); i++) {
          versions[2 * i] = sampled.versions().get(i).version();
          versions[2 * i + 1] = sampled.versions().get(i).length();
        }
        final RecordEvent.Tokens tokens =
            new RecordEvent.Tokens(
                place.given(),
                sampled.tokens(),
                sampled.logprobs(),
                versions,
                CallSpans.of(sampled.tokens(), forced, parts.placing().tokenizer()));
        final int parent = place.parent() == null ? -1 : place.parent().number();
        parts
            .recording()
            .sampled(
                new RecordEvent.TurnSampled(
                    new RecordEvent.Place(
                        firstTurn + sink.choice(),
                        rollout.number(),
                        place.rewritten(),
                        parent,
                        number,
                        waitedUs),
                    tokens,
                    sampled.spent(),
                    said(place, sink)),
                sampled.strand());
      }
    }

    private RecordEvent.Said said(final Placing.Place place, final ChoiceSink sink) {
      final String stop = sink.reader().stop() == null ? "" : sink.reader().stop();
      final TalkAsk.Tools tools = ask.talk().tools();
      if (place.prompt() == null) {
        final RecordEvent.Asked asked =
            new RecordEvent.Asked(null, "none", "", List.of(), text(place, sink));
        return new RecordEvent.Said(asked, null, stop, sink.finish(), List.of());
      }
      final List<Map<String, Object>> all = ask.talk().messages();
      final int known =
          place.parent() == null
              ? 0
              : place.parent().turned().prompt().context().asked().size() + 1;
      final List<Map<String, Object>> added = all.subList(known, all.size());
      final RecordEvent.Asked asked =
          new RecordEvent.Asked(
              List.copyOf(added),
              tools.choice().name().toLowerCase(Locale.ROOT),
              tools.forced(),
              tools.schemas(),
              null);
      final List<String> answered = new ArrayList<>();
      for (final Map<String, Object> message : added) {
        if (message.get("tool_call_id") instanceof String id) {
          answered.add(id);
        }
      }
      final Map<String, Object> reply =
          Messages.said(sink.reader().content(), sink.reader().calls());
      return new RecordEvent.Said(asked, reply, stop, sink.finish(), answered);
    }

    /** The text an agent sends that goes on from here: no letter of what was sampled may lack. */
    private String text(final Placing.Place place, final ChoiceSink sink) {
      final Tokenizer tokenizer = parts.placing().tokenizer();
      final String before = ask.text() != null ? ask.text() : tokenizer.decode(place.path());
      return before + tokenizer.decode(sink.sampled().tokens());
    }

    private ReplyListener.Finish finish(final ChoiceSink sink) {
      return new ReplyListener.Finish(
          sink.finish(),
          sink.reader().stop(),
          sink.sampled().tokens().length,
          Math.min(sink.sampled().spent().cached(), Integer.MAX_VALUE));
    }
  }
}
