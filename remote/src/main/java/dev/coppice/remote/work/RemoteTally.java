package dev.coppice.remote.work;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts what requests came to, as the answers tell.
 *
 * @thread any.
 */
final class RemoteTally {
  final LongAdder requests = new LongAdder();
  final LongAdder retries = new LongAdder();
  final LongAdder keptPrefixes = new LongAdder();
  final LongAdder computedPrompt = new LongAdder();
  final LongAdder generated = new LongAdder();
  final LongAdder untold = new LongAdder();
  final LongAdder lost = new LongAdder();
  final LongAdder boundedEntropies = new LongAdder();

  void clear() {
    for (final LongAdder adder :
        new LongAdder[] {
          requests, retries, keptPrefixes, computedPrompt, generated, untold, lost, boundedEntropies
        }) {
      adder.reset();
    }
  }

  Map<String, Long> counters() {
    final Map<String, Long> counters = new LinkedHashMap<>();
    counters.put("remote_requests", requests.sum());
    counters.put("remote_retries", retries.sum());
    counters.put("remote_kept_prefixes", keptPrefixes.sum());
    counters.put("remote_prompt_computed", computedPrompt.sum());
    counters.put("remote_generated", generated.sum());
    counters.put("remote_untold", untold.sum());
    counters.put("remote_prefilled_again", lost.sum());
    counters.put("remote_bounded_entropies", boundedEntropies.sum());
    return counters;
  }
}
