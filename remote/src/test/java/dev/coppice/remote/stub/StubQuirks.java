package dev.coppice.remote.stub;

import java.util.concurrent.atomic.AtomicInteger;

/** Says how a stub misbehaves; every count is of requests it is still to happen to. */
public final class StubQuirks {
  /** Answers that are cut in the middle, without an end. */
  public final AtomicInteger cuts = new AtomicInteger();

  /** Answers that hold an error event inside a status of 200. */
  public final AtomicInteger errorEvents = new AtomicInteger();

  /** Requests that are answered with 503. */
  public final AtomicInteger busy = new AtomicInteger();

  /** Requests that are taken and never answered. */
  public final AtomicInteger hangs = new AtomicInteger();

  /** Answers that an operator aborts: tokens so far, finish abort. */
  public final AtomicInteger aborts = new AtomicInteger();

  /** Requests before which the whole cache is forgotten. */
  public final AtomicInteger evictions = new AtomicInteger();

  /** Requests that fail with all others for want of room, as a unified cache of llama.cpp does. */
  public final AtomicInteger full = new AtomicInteger();

  /** Tokens before an answer is cut, fails or is aborted. */
  public volatile int after = 3;

  /** Whether log-probabilities are the model's own, whatever was asked. */
  public volatile boolean raw;

  /** Whether cached tokens are told. */
  public volatile boolean countsCached = true;

  /** Whether every event of a stream repeats all before it. */
  public volatile boolean cumulative = true;

  /** Most likeliest tokens it tells; -1 for all. */
  public volatile int mostLogprobs = -1;

  /** Whether vLLM knows /inference/v1/generate. */
  public volatile boolean hasGenerate = true;

  /** Whether llama-server has a folder for slots. */
  public volatile boolean hasSlotFolder = true;

  /** Whether text is split in another way than the model's tokenizer does. */
  public volatile boolean foreignTokenizer;

  /** The context it silently cuts answers at, if it is less than it says. */
  public volatile int silentContext = Integer.MAX_VALUE;

  /** Makes a stub at its best. */
  public StubQuirks() {}

  static boolean happens(final AtomicInteger count) {
    return count.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
  }
}
