"use strict";
// Tokens: one path as the model saw it.
(() => {
  const C = globalThis.coppice;
  const { html } = C;
  const { useEffect, useMemo, useRef, useState } = globalThis.preactHooks;
  const LINE = 22;
  const HEATS = [["advantage", "advantage"], ["logprob", "log-probability"], ["entropy", "entropy at forks"], ["mask", "trained or not"], ["version", "policy version"], ["cache", "cache"], ["none", "none"]];
  const sampled = (kind) => kind === "action" || kind === "fold";

  C.Call = ({ call, result, before, after, at, onclick }) => html`<section class=${"call" + (at ? " at" : "")} onClick=${onclick}><h4><${C.Text} s=${call.tool} most=${40} />
      <span class=${"tag" + (call.status === "ok" ? "" : " warn")}>${call.status}</span>${call.correct === undefined ? "" : html`<span class="tag">${call.correct ? "right" : "wrong"}</span>`}</h4>
    <p class="code"><${C.Text} s=${call.arguments} most=${800} /></p>
    ${result !== undefined ? html`<p class="code result"><${C.Text} s=${result} most=${800} /></p>` : ""}
    <p class="note">${C.number(call.latency_us)} µs · ${call.provenance}${before || after ? html` · state <code><${C.Text} s=${before || "?"} most=${16} /></code> → <code><${C.Text} s=${after || "?"} most=${16} /></code>${before === after ? " (same)" : ""}` : ""}</p>
    <p class="note">${call.credit === undefined || call.credit === null ? "credit: no scored sibling to compare with"
      : html`credit <b>${C.signed(call.credit)}</b>${call.credit_error === null ? " (no standard error)" : " ± " + C.number(call.credit_error)} against ${call.siblings} sibling${call.siblings > 1 ? "s" : ""}`}</p></section>`;

  // One flat list of tokens with all that is known of each.
  function flatten(path, tree) {
    const tokens = [];
    let strongest = 0, least = 0, entropy = 0;
    path.nodes.forEach((node) => {
      const facts = tree.nodes[node.id];
      let run = 0, left = node.versions[0]?.[1] ?? 0;
      node.ids.forEach((id, i) => {
        while (left === 0 && run + 1 < node.versions.length) left = node.versions[++run][1];
        left--;
        const cached = sampled(node.kind) ? i >= node.ids.length - node.cached : i < node.cached;
        const one = { id, i, node, piece: path.pieces[id], cached, logprob: node.logprobs?.[i], advantage: node.advantages?.[i],
          version: node.versions[run]?.[0], entropy: facts?.branch?.value };
        strongest = Math.max(strongest, Math.abs(one.advantage ?? 0));
        least = Math.min(least, one.logprob ?? 0);
        entropy = Math.max(entropy, one.entropy ?? 0);
        tokens.push(one);
      });
    });
    return { tokens, strongest, least: Math.max(-8, least), entropy };
  }

  // Breaks tokens into lines of so many columns; a line is a list of [token, parts].
  function lines(flat, columns, raw) {
    const all = [], lineOf = new Int32Array(flat.tokens.length);
    let line = null, used = 0, node = null;
    const fresh = () => { line = []; used = 0; all.push({ parts: line }); };
    flat.tokens.forEach((token, t) => {
      if (token.node !== node) {
        node = token.node;
        if (all.length && !all.at(-1).head && !all.at(-1).parts.length) all.pop();
        all.push({ head: node });
        fresh();
      }
      lineOf[t] = all.length - 1;
      let own = [];
      const push = (text, mark) => { own.push([text, mark]); used += C.columns(text); };
      const end = () => { if (own.length) line.push([t, own]); own = []; };
      for (const [text, mark] of C.parts(token.piece, raw)) {
        text.split("\n").forEach((piece, i) => {
          if (i) { if (!raw) push("⏎", true); end(); fresh(); }
          let rest = piece;
          while (rest) {
            if (used >= columns) { end(); fresh(); }
            let room = 0, taken = 0;
            for (const letter of rest) { const wide = C.columns(letter); if (used + room + wide > columns && taken) break; room += wide; taken += letter.length; if (used + room >= columns) break; }
            if (used && used + C.columns(rest) > columns && rest.length <= 24) { end(); fresh(); continue; }
            push(rest.slice(0, taken), mark);
            rest = rest.slice(taken);
          }
        });
      }
      if (!own.length && !token.piece && !token.joined) push("∅", true);
      end();
    });
    return { all, lineOf };
  }

  const heat = (token, mode, flat, versions) => {
    if (mode === "advantage") return C.diverging(token.advantage, flat.strongest);
    if (mode === "logprob") return token.logprob === undefined ? "" : C.sequential(-token.logprob, -flat.least);
    if (mode === "entropy") return C.sequential(token.entropy, flat.entropy);
    if (mode === "mask") return sampled(token.node.kind) ? "on" : "off";
    if (mode === "version") return token.version === undefined ? "" : "v" + (versions.indexOf(token.version) % 6);
    if (mode === "cache") return token.cached ? "on" : "off";
    return "";
  };

  // Bytes of one character that are spread over tokens are shown as the character by its first token.
  function rendered(tokens) {
    const out = tokens.slice();
    for (let t = 0; t < out.length; t++) {
      if (!/[\udc80-\udcff]/u.test(out[t].piece)) continue;
      let end = t + 1;
      while (end < out.length && end - t < 4 && C.join(out.slice(t, end).map((one) => one.piece)).match(/[\udc80-\udcff]/u)) end++;
      const whole = C.join(out.slice(t, end).map((one) => one.piece));
      if (/[\udc80-\udcff]/u.test(whole)) continue;
      out[t] = { ...out[t], piece: whole };
      for (let k = t + 1; k < end; k++) out[k] = { ...out[k], piece: "", joined: true };
      t = end - 1;
    }
    return out;
  }

  function Pane({ flat, raw, mode, at, choose, headOf, atNode }) {
    const ref = useRef();
    const size = C.useSize(ref);
    const columns = Math.max(20, Math.floor((size.width - 40) / 7.83));
    const laid = useMemo(() => (size.width ? lines(flat, columns, raw) : null), [flat, columns, raw]);
    const versions = useMemo(() => [...new Set(flat.tokens.map((token) => token.version).filter((v) => v !== undefined))].sort((a, b) => a - b), [flat]);
    const line = laid ? (at >= 0 ? laid.lineOf[at] : atNode >= 0 ? laid.all.findIndex((one) => one.head?.id === atNode) : undefined) : undefined;
    C.lineStep = (by) => {
      if (!laid || at < 0) return;
      let next = laid.lineOf[at] + by;
      while (next >= 0 && next < laid.all.length && !laid.all[next].parts?.length) next += by;
      const target = laid.all[next]?.parts?.[0]?.[0];
      if (target !== undefined) choose(target);
    };
    const row = (i) => {
      const one = laid.all[i];
      if (one.head) return html`<div class=${"line head " + one.head.kind} key=${i}>${headOf(one.head)}</div>`;
      return html`<div class="line" key=${i}>${one.parts.map(([t, parts]) => html`<span data-t=${t} class=${"t " + heat(flat.tokens[t], mode, flat, versions) + (t === at ? " at" : "")}>${parts.map(([text, mark]) => mark ? html`<span class="mark">${text}</span>` : text)}</span>`)}</div>`;
    };
    const pick = (event) => {
      const t = event.target.closest?.("[data-t]")?.dataset.t;
      if (t !== undefined) choose(+t);
    };
    return html`<div class="pane" ref=${ref} onMouseOver=${pick} onClick=${pick}>
      ${laid ? html`<${C.Rows} count=${laid.all.length} height=${LINE} row=${row} at=${line} label="tokens" extra=${6} />` : ""}</div>`;
  }

  function About({ token }) {
    if (!token) return html`<p class="note">Point at a token, or walk with the arrow keys.</p>`;
    const span = token.node.spans.filter(([start, length]) => token.i >= start && token.i < start + length);
    return html`<dl class="about"><div class="fact"><dt>token</dt><dd><span class="code one"><${C.Text} s=${token.piece} raw=${true} /></span> id ${token.id}</dd></div>
      <div class="fact"><dt>node</dt><dd>${token.node.id}, ${token.node.kind}, place ${token.i}</dd></div>
      <div class="fact"><dt>advantage</dt><dd>${token.advantage === undefined ? "–" : C.signed(token.advantage)}</dd></div>
      <div class="fact"><dt>log-probability</dt><dd>${token.logprob === undefined ? "not sampled" : html`${C.number(token.logprob)} (p ${C.number(Math.exp(token.logprob))})`}</dd></div>
      <div class="fact"><dt>span</dt><dd>${span.length ? span.map(([, , kind, call]) => kind + (call >= 0 ? " of call " + call : "")).join(", ") : "–"}</dd></div>
      <div class="fact"><dt>version</dt><dd>${token.version ?? "–"}</dd></div>
      <div class="fact"><dt>cache</dt><dd>${token.cached ? "found" : "computed"}</dd></div></dl>`;
  }

  function Explain({ run, g, tree, node, estimator }) {
    const [text, failure] = C.useAsked(C.exported || node === undefined ? null : ["explain", run, g, tree, node, estimator].join(), () => C.ask("explain", { run, g, tree, node, estimator }));
    if (C.exported) return html`<p class="note">How an advantage came about is told by <code>./coppice view</code> and <code>./coppice credit --explain</code>.</p>`;
    return failure ? html`<${C.Wrong} failure=${failure} />` : html`<pre class="explain">${(text || []).join("\n")}</pre>`;
  }

  C.Tokens = ({ route }) => {
    const store = C.useStore();
    const run = store.runs?.find((one) => one.id === route.run);
    const g = +route.g, tree = +(route.tree || 0), estimator = route.estimator || "";
    if (run) C.want(run.id);
    const [group, failure] = C.useAsked(run ? ["tree", run.id, g, estimator].join() : null, () => C.keep("tree", { run: run.id, g, estimator }));
    const own = group?.trees?.[tree];
    const node = own ? (route.node === undefined ? own.leaves[0]?.node ?? 0 : +route.node) : undefined;
    const [path, wrong] = C.useAsked(own ? ["tokens", run.id, g, tree, node, estimator].join() : null,
      () => C.path(run.id, g, tree, node, estimator, (id) => own.nodes[id].parent));
    const [at, setAt] = useState(-1);
    useEffect(() => setAt(-1), [route.run, route.g, route.tree, route.node]);
    const raw = route.raw === "yes", mode = route.heat || "advantage";
    const flat = useMemo(() => {
      if (!path?.nodes || !own) return null;
      const all = flatten(path, own);
      return raw ? all : { ...all, tokens: rendered(all.tokens) };
    }, [path, own, raw]);
    const token = flat?.tokens[at];
    const leaf = own ? own.leaves.findIndex((one) => one.node === node) : -1;
    const toLeaf = (by) => {
      const all = group.trees.flatMap((one, place) => one.leaves.map((end) => [place, end.node]));
      const now = all.findIndex(([place, end]) => place === tree && end === node);
      const next = all[(now + by + all.length) % all.length];
      C.go("tokens", { ...route, view: undefined, tree: next[0], node: next[1], at: undefined });
    };
    const move = (by) => flat && setAt(Math.max(0, Math.min(flat.tokens.length - 1, at + by)));
    C.useKeys({
      r: () => C.change({ raw: raw ? "" : "yes" }), e: async () => C.change({ estimator: await C.nextEstimator(estimator) }),
      h: () => C.change({ heat: HEATS[(HEATS.findIndex(([name]) => name === mode) + 1) % HEATS.length][0] }),
      "]": () => toLeaf(1), "[": () => toLeaf(-1), ArrowRight: () => move(1), ArrowLeft: () => move(-1),
      ArrowDown: () => (at < 0 ? move(1) : C.lineStep(1)), ArrowUp: () => C.lineStep(-1), Home: () => setAt(0), End: () => move(1e9),
      PageDown: () => { for (let i = 0; i < 20; i++) C.lineStep(1); move(200); }, PageUp: () => move(-200),
      Escape: () => C.go("tree", { run: route.run, g, estimator, node: tree + "." + node }),
    });
    if (failure || wrong) return html`<${C.Wrong} failure=${failure || wrong} />`;
    if (group?.gone) return html`<${C.Empty}>The trainer has taken this group, and its segment is deleted.<//>`;
    if (!flat) return html`<${C.Empty}>${store.runs && !run ? html`Choose a path in a tree first. <a href="#/groups">Groups</a>` : "Loading the path…"}<//>`;
    const end = own.leaves[leaf];
    const states = {};
    let state = null;
    path.nodes.forEach((one) => { const after = own.nodes[one.id].state; states[one.id] = [state, after ?? state]; state = after ?? state; });
    const onPath = new Set(path.nodes.map((one) => one.id));
    const calls = own.calls.filter((call) => onPath.has(call.node));
    const resultOf = (call) => {
      const seen = path.nodes.find((one) => one.kind === "observation" && one.call === call.id);
      return seen ? C.join(seen.ids.map((id) => path.pieces[id])) : undefined;
    };
    const headOf = (one) => {
      const facts = own.nodes[one.id];
      return html`<b>${one.kind}</b> node ${one.id} · ${one.ids.length} tokens${sampled(one.kind) ? html` · advantage ${C.signed(own.advantages?.[one.id] ?? null)} · value ${C.number(own.values[one.id], 2)}` : ""}${facts.draws > 1 ? ` · ${facts.draws} draws` : ""}${facts.branch ? ` · fork ${facts.branch.policy} ${C.number(facts.branch.value, 2)} → ×${facts.branch.children}` : ""}`;
    };
    const explained = token && sampled(token.node.kind) ? token.node.id : route.at !== undefined && sampled(own.nodes[+route.at]?.kind) ? +route.at : path.nodes.findLast((one) => sampled(one.kind))?.id;
    const jump = (id) => setAt(flat.tokens.findIndex((one) => one.node.id === id));
    return html`<div class="full"><div class="tools"><h2><a href=${C.link("tree", { run: run.id, g, estimator, node: tree + "." + node })}>‹ <${C.Text} s=${group.task} most=${50} /></a></h2>
        <span class="note">tree ${tree} · path ${leaf + 1} of ${own.leaves.length} · ${C.number(flat.tokens.length)} tokens</span>
        ${end ? html`<span><${C.Reward} value=${end.reward} /> ${C.number(end.reward)} · ${end.status}, ${end.stop}</span>` : ""}
        <button onClick=${() => toLeaf(-1)} title="Previous path ([)">‹ path</button><button onClick=${() => toLeaf(1)} title="Next path (])">path ›</button>
        <${C.Switch} label="how" value=${raw ? "yes" : ""} set=${(value) => C.change({ raw: value })} options=${[["", "rendered"], ["yes", "raw", "Special tokens and white space visible (r)"]]} />
        <${C.Choice} label="Heat" title="Next: h" value=${mode} set=${(value) => C.change({ heat: value })} options=${HEATS} />
        <${C.Estimators} value=${estimator} set=${(name) => C.change({ estimator: name })} />
        <${C.Copy} what=${() => ({ ...path, calls, leaf: end, estimator: group.estimator })} /></div>
      <div class="split"><${Pane} flat=${flat} raw=${raw} mode=${mode} at=${at} atNode=${route.at === undefined ? -1 : +route.at} choose=${setAt} headOf=${headOf} />
      <aside class="side"><section class="side-part"><${About} token=${token} /></section>
        <section class="side-part"><h3>Calls <span class="note">${calls.length}</span></h3>${calls.map((call) => html`<${C.Call} key=${call.id} call=${call} result=${resultOf(call)}
          before=${states[call.node]?.[0]} after=${states[call.node]?.[1]} at=${token?.node.id === call.node} onclick=${() => jump(call.node)} />`)}</section>
        ${explained === undefined ? "" : html`<section class="side-part"><h3>How node ${explained} got its advantage <span class="note">${group.estimator || ""}</span></h3><${Explain} run=${run.id} g=${g} tree=${tree} node=${explained} estimator=${estimator} /></section>`}</aside></div></div>`;
  };
})();
