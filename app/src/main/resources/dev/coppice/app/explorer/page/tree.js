"use strict";
// Tree: a group's trees from left to right in tokens, a row per path, and what is known of a node.
(() => {
  const C = globalThis.coppice;
  const { html } = C;
  const { useEffect, useMemo, useRef, useState } = globalThis.preactHooks;
  const ROW = 22, HEAD = 26, BAR = 11, LABEL = 190;

  // Leaves take rows in depth-first order; an inner node stands in the middle of its leaves.
  function layOut(group) {
    const nodes = [];
    const trees = [];
    let y = 0, longest = 1, strongest = 0;
    group.trees.forEach((tree, place) => {
      const leafAt = new Map(tree.leaves.map((leaf) => [leaf.node, leaf]));
      trees.push({ place, y, tree });
      y += HEAD;
      const mine = tree.nodes.map((node, id) => ({ ...node, id, place, children: [], leaf: leafAt.get(id),
        value: tree.values[id], advantage: tree.advantages?.[id] ?? null }));
      mine.forEach((node) => {
        const above = mine[node.parent];
        node.start = above ? above.start + above.length : 0;
        if (above) above.children.push(node.id);
        longest = Math.max(longest, node.start + node.length);
        strongest = Math.max(strongest, Math.abs(node.advantage ?? 0));
        node.first = node.last = null;
        if (node.leaf) { node.first = node.last = y; y += ROW; }
      });
      for (let id = mine.length - 1; id > 0; id--) {
        const node = mine[id], above = mine[node.parent];
        if (node.first === null) { node.first = node.last = y; y += ROW; }
        above.first = above.first === null ? node.first : Math.min(above.first, node.first);
        above.last = above.last === null ? node.last : Math.max(above.last, node.last);
      }
      if (mine[0] && mine[0].first === null) { mine[0].first = mine[0].last = y; y += ROW; }
      mine.forEach((node) => { node.y = (node.first + node.last) / 2 + ROW / 2; nodes.push(node); });
      trees.at(-1).nodes = mine;
      y += 6;
    });
    return { trees, nodes, height: y, longest, strongest };
  }

  // A decision may have all its draws in one child, where they agreed so far; draws may part without one.
  const decided = (node) => node.branch?.children > 1;
  const fork = (node) => node.children.length > 1 || decided(node);
  const why = (node) => decided(node) ? `${node.branch.policy} ${C.number(node.branch.value, 2)} → ×${node.branch.children}` : `draws part, ${node.children.length} ways`;

  function Drawing({ plan, width, top, height, chosen, choose, open }) {
    const scale = Math.max(0.001, (width - LABEL - 16) / plan.longest);
    const x = (tokens) => 8 + tokens * scale;
    const from = top - 300, to = top + height + 300;
    const seen = (a, b) => Math.max(a, b) >= from && Math.min(a, b) <= to;
    const items = [];
    plan.trees.forEach(({ place, y, tree, nodes }) => {
      if (seen(y, y + HEAD)) items.push(html`<text class="tree-name" x="8" y=${y + 17}>tree ${tree.tree}${nodes[0]?.draws > 1 ? ` · ${nodes[0].draws} draws` : ""} · ${tree.leaves.length} path${tree.leaves.length > 1 ? "s" : ""}</text>`);
      nodes.forEach((node) => {
        const above = nodes[node.parent];
        if (above && above.y !== node.y && seen(above.y, node.y)) {
          const at = x(node.start);
          items.push(html`<path class="join" d=${`M${at - 6} ${above.y}C${at} ${above.y} ${at - 6} ${node.y} ${at + 1} ${node.y}`} />`);
        }
      });
      nodes.forEach((node) => {
        if (!seen(node.y, node.y)) return;
        const sampled = node.kind === "action" || node.kind === "fold";
        const wide = Math.max(2, node.length * scale - 1);
        items.push(html`<rect class=${"node " + node.kind + " " + (sampled ? C.diverging(node.advantage ?? 0, plan.strongest) : "") + (chosen === node ? " chosen" : "")}
          x=${x(node.start)} y=${node.y - BAR / 2} width=${wide} height=${BAR} rx="2" onClick=${() => choose(node)} onDblClick=${() => open(node)}><title>node ${node.id}, ${node.kind}, ${node.length} tokens</title></rect>`);
        if (fork(node)) {
          const end = x(node.start + node.length);
          items.push(html`<circle class=${decided(node) ? "fork" : "fork small"} cx=${end - 1} cy=${node.y} r=${decided(node) ? 5 : 3.5} onClick=${() => choose(node)} />`);
          if (decided(node)) items.push(html`<text class="why" x=${end - 8} y=${node.y - 8} text-anchor=${end > 130 ? "end" : "start"}>${why(node)}</text>`);
        }
        if (node.leaf) {
          const end = x(node.start + node.length), leaf = node.leaf;
          const kind = leaf.reward === null ? "none" : leaf.reward >= 1 ? "won" : leaf.reward > 0 ? "part" : "lost";
          const said = C.parts(leaf.answer ?? leaf.stop).map((part) => part[0]).join("");
          items.push(html`<circle class=${"end " + kind} cx=${end + 8} cy=${node.y} r="4.5" />
            <text class=${"said" + (leaf.status === "completed" ? "" : " warn")} x=${end + 18} y=${node.y + 4}>${said.length > 20 ? said.slice(0, 19) + "…" : said}${leaf.draws > 1 ? " ×" + leaf.draws : ""}${leaf.status === "completed" ? "" : " · " + leaf.status}</text>`);
        }
      });
    });
    return html`<svg class="drawing" width=${width} height=${Math.min(plan.height, 1e7)} role="img" aria-label="trees of the group">${items}</svg>`;
  }

  const Fact = ({ name, children }) => html`<div class="fact"><dt>${name}</dt><dd>${children}</dd></div>`;

  // Siblings side by side, with the token where each leaves what they have in common.
  function Siblings({ run, g, nodes, node, estimator, choose }) {
    const above = nodes[node.parent];
    const brothers = above && above.children.length > 1 ? above.children.slice(0, 8) : [];
    const [paths] = C.useAsked(brothers.length ? ["siblings", run, g, node.place, brothers, estimator].join() : null,
      () => Promise.all(brothers.map((id) => C.path(run, g, node.place, id, estimator, (n) => nodes[n].parent))));
    if (!brothers.length || !paths) return "";
    const own = paths.map((path) => path.nodes.at(-1));
    let same = 0;
    while (own.every((one) => same < one.ids.length && one.ids[same] === own[0].ids[same])) same++;
    return html`<section class="side-part"><h3>Siblings <span class="note">${same ? `the first ${same} tokens agree` : "they part at the first token"}</span></h3>
      <div class="siblings">${own.map((one, i) => {
        const pieces = one.ids.map((id) => paths[i].pieces[id]);
        const other = nodes[one.id];
        return html`<button class=${"sibling" + (one.id === node.id ? " chosen" : "")} onClick=${() => choose(other)}>
          <span class="note">node ${one.id} · value ${C.number(other.value, 2)} · adv. ${C.signed(other.advantage)}${other.draws > 1 ? " · ×" + other.draws : ""}</span>
          <span class="code"><span class="common"><${C.Text} s=${C.join(pieces.slice(0, same))} most=${120} /></span><b class="parts"><${C.Text} s=${C.join(pieces.slice(same, same + 1))} raw=${true} /></b><${C.Text} s=${C.join(pieces.slice(same + 1))} most=${160} /></span></button>`;
      })}</div></section>`;
  }

  function Side({ run, g, plan, group, node, estimator, newest, choose, open }) {
    const forks = plan.nodes.filter(fork);
    if (!node) {
      return html`<section class="side-part"><h3>Forks <span class="note">${forks.length}</span></h3>
        ${forks.length ? html`<table class="forks"><thead><tr><th>node</th><th>why here</th><th>weight</th><th>value</th><th>saved</th></tr></thead>
        <tbody>${forks.slice(0, 200).map((one) => html`<tr onClick=${() => choose(one)}><td><button class="quiet" onClick=${() => choose(one)}>${one.place}/${one.id}</button></td><td>${why(one)}</td><td>${C.number(one.weight)}</td><td>${C.number(one.value, 2)}</td><td>${C.number(one.saved)}</td></tr>`)}</tbody></table>
        <p class="note">saved: tokens of the path that chains would have computed again for every further child</p>` : html`<p class="note">Nothing forks in this group.</p>`}</section>
        <section class="side-part"><h3>Task</h3><p class="code"><${C.Text} s=${group.input} most=${1200} /></p></section>`;
    }
    const tree = plan.trees[node.place].tree;
    const call = tree.calls.filter((one) => one.node === node.id);
    return html`<section class="side-part"><h3>Node ${node.place}/${node.id} <span class="tag">${node.kind}</span>
        <button class="quiet" onClick=${() => open(node)}>Tokens (Enter)</button></h3>
      <dl><${Fact} name="tokens">${node.length} from ${node.start}<//><${Fact} name="value">${C.number(node.value)}<//>
        <${Fact} name="advantage"><b>${C.signed(node.advantage)}</b><//><${Fact} name="path weight">${C.number(node.weight)}<//>
        <${Fact} name="draws">${node.draws}<//><${Fact} name="cached">${node.cached}<//>
        ${node.logprob !== undefined ? html`<${Fact} name="log-probability">${C.number(node.logprob)}<//>
        <${Fact} name="version">${node.version}${newest > node.version ? ` (${newest - node.version} behind the run's newest)` : ""}<//>` : ""}
        ${fork(node) ? html`<${Fact} name="fork">${why(node)}<//><${Fact} name="saw">${node.branch ? C.number(node.branch.value) : "–"}<//><${Fact} name="saved">${C.number(node.saved)} tokens<//>` : ""}
        ${node.state ? html`<${Fact} name="state after"><code><${C.Text} s=${node.state} /></code><//>` : ""}
        ${node.marks ? html`<${Fact} name="marks">${node.marks.join(", ")}<//>` : ""}
        ${node.step_reward ? html`<${Fact} name="step reward">${C.number(node.step_reward)}<//>` : ""}</dl>
      <p class="code"><${C.Text} s=${node.text} />${node.cut ? "…" : ""}</p></section>
      ${node.leaf ? html`<section class="side-part"><h3>Outcome <${C.Reward} value=${node.leaf.reward} /></h3><dl>
        <${Fact} name="reward">${C.number(node.leaf.reward)}<//><${Fact} name="status">${node.leaf.status}<//><${Fact} name="stop">${node.leaf.stop}<//>
        ${node.leaf.advantage !== undefined && node.leaf.advantage !== null ? html`<${Fact} name="trajectory's advantage">${C.signed(node.leaf.advantage)}<//>` : ""}
        ${Object.entries(node.leaf.components).map(([name, value]) => html`<div class="fact"><dt><${C.Text} s=${name} /></dt><dd>${C.number(value)}</dd></div>`)}</dl>
        ${node.leaf.answer !== undefined ? html`<p class="code"><${C.Text} s=${node.leaf.answer} most=${600} /></p>` : ""}
        ${node.leaf.failure ? html`<p class="wrong"><${C.Text} s=${node.leaf.failure} /></p>` : ""}</section>` : ""}
      ${call.map((one) => html`<${C.Call} call=${one} />`)}
      <${Siblings} run=${run} g=${g} nodes=${plan.trees[node.place].nodes} node=${node} estimator=${estimator} choose=${choose} />`;
  }

  C.Tree = ({ route }) => {
    const store = C.useStore();
    const run = store.runs?.find((one) => one.id === route.run);
    const g = +route.g, estimator = route.estimator || "";
    if (run) C.want(run.id);
    const [group, failure] = C.useAsked(run ? ["tree", run.id, g, estimator].join() : null, () => C.keep("tree", { run: run.id, g, estimator }));
    const plan = useMemo(() => (group && !group.gone ? layOut(group) : null), [group]);
    const ref = useRef();
    const size = C.useSize(ref);
    const [top, setTop] = useState(0);
    const [place, id] = (route.node || "").split(".").map(Number);
    const node = plan && route.node ? plan.trees[place]?.nodes[id] : null;
    const rows = run && store.rows[run.id];
    const newest = useMemo(() => Math.max(0, ...(rows || []).map((row) => row.v1).slice(-2000)), [rows]);
    const choose = (one) => C.change({ node: one ? one.place + "." + one.id : "" });
    const open = (one) => {
      let end = one;
      const nodes = plan.trees[one.place].nodes;
      while (end.children.length) end = nodes[end.children[0]];
      C.go("tokens", { run: run.id, g, tree: one.place, node: end.id, at: one.id, estimator });
    };
    useEffect(() => {
      if (node && ref.current && (node.y < ref.current.scrollTop + 30 || node.y > ref.current.scrollTop + ref.current.clientHeight - 30)) ref.current.scrollTop = node.y - ref.current.clientHeight / 2;
    }, [route.node, plan]);
    const neighbour = (by) => {
      const list = C.shownGroups?.run === run?.id && C.shownGroups.list.length ? C.shownGroups.list : (rows || []).map((row) => row.i);
      const next = list[list.indexOf(g) + by];
      if (next !== undefined) C.go("tree", { run: run.id, g: next, estimator });
    };
    const step = (by) => {
      if (!plan) return;
      const line = plan.nodes.filter((one) => one.start === (node || plan.nodes[0]).start || !node);
      choose(node ? line[(line.indexOf(node) + by + line.length) % line.length] : plan.nodes[0]);
    };
    C.useKeys({
      n: () => neighbour(1), p: () => neighbour(-1), e: async () => C.change({ estimator: await C.nextEstimator(estimator) }),
      ArrowLeft: () => node?.parent >= 0 && choose(plan.trees[node.place].nodes[node.parent]),
      ArrowRight: () => (node ? node.children.length && choose(plan.trees[node.place].nodes[node.children[0]]) : choose(plan.nodes[0])),
      ArrowDown: () => step(1), ArrowUp: () => step(-1), j: () => step(1), k: () => step(-1),
      Enter: () => node && open(node), Escape: () => (node ? choose(null) : C.go("groups", { run: route.run })),
    });
    if (failure) return html`<${C.Wrong} failure=${failure} />`;
    if (!group) return html`<${C.Empty}>${store.runs && !run ? html`There is no run of this name. <a href="#/runs">All runs</a>` : "Loading the group…"}<//>`;
    if (group.gone) return html`<${C.Empty}>The trainer has taken this group, and its segment is deleted.<//>`;
    return html`<div class="full"><div class="tools"><h2><${C.Text} s=${group.task} most=${70} /></h2>
        <span class="note">${group.group} · ${group.arm}</span>
        <${C.Estimators} value=${estimator} set=${(name) => C.change({ estimator: name })} /><span class="note">shown: <b>${group.estimator || "none"}</b></span>
        <button onClick=${() => neighbour(-1)} title="Previous group (p)">‹ previous</button><button onClick=${() => neighbour(1)} title="Next group (n)">next ›</button>
        <${C.Copy} what=${() => group} /></div>
      <p class="legend"><span class="key prompt"></span>prompt <span class="key observation"></span>tool result
        <span class="scale">${["dm5", "dm3", "dm1", "d0", "dp1", "dp3", "dp5"].map((name) => html`<i class=${name}></i>`)}</span>advantage −${C.number(plan.strongest, 2)} … +${C.number(plan.strongest, 2)}
        <span class="reward won">●</span> solved <span class="reward lost">○</span> not solved <span class="reward none">?</span> unscored <span class="key forked"></span>fork: policy, what it saw, children (small: equal draws part)</p>
      <div class="split"><div class="canvas" ref=${ref} tabindex="-1" onScroll=${(event) => setTop(event.currentTarget.scrollTop)}>
        ${size.width ? html`<${Drawing} plan=${plan} width=${size.width} top=${top} height=${size.height} chosen=${node} choose=${choose} open=${open} />` : ""}</div>
      <aside class="side"><${Side} run=${run.id} g=${g} plan=${plan} group=${group} node=${node} estimator=${estimator} newest=${newest} choose=${choose} open=${open} /></aside></div></div>`;
  };
})();
