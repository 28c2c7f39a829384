"use strict";
// Learning: the updates of a training run, and what its engine's groups came to.
(() => {
  const C = globalThis.coppice;
  const { html } = C;
  const CHARTS = [
    ["reward", "Reward of the batches", (line) => line.figures?.reward], ["mixed", "Share of mixed groups", (line) => line.figures?.mixed],
    ["entropy", "Entropy, nats a token", (line) => line.update?.entropyNats], ["mismatch", "Mismatch of log-probabilities", (line) => line.update?.mismatch],
    ["kl", "KL to the start", (line) => line.update?.klToStart], ["clip", "Clipped share", (line) => line.update?.clipFraction],
    ["stale", "Stale share of trained tokens", (line) => (line.update?.tokens ? line.update.staleTokens / line.update.tokens : undefined)],
    ["speed", "Computed tokens per second of rollouts", (line) => (line.cost?.rolloutNs > 0 ? line.cost.computedTokens / (line.cost.rolloutNs / 1e9) : undefined)],
    ["seconds", "Seconds of an update", (line) => (line.cost ? (line.cost.rolloutNs + line.cost.trainNs + line.cost.swapNs) / 1e9 : undefined)],
    ["gradient", "Gradient norm", (line) => line.update?.gradientNorm],
  ];

  // Served groups in the order they came, so many at a time.
  function served(rows, of, name) {
    const step = Math.max(1, Math.ceil(rows.length / 200));
    const x = [], y = [];
    for (let i = 0; i < rows.length; i += step) {
      const some = rows.slice(i, i + step).map(of).filter((value) => value !== null && value !== undefined);
      if (some.length) { x.push(i + step); y.push(some.reduce((a, b) => a + b, 0) / some.length); }
    }
    return { name, x, y };
  }

  function Fates({ run }) {
    const fates = Object.entries(run.fates || {});
    const most = Math.max(1, ...fates.map(([, count]) => count));
    const held = (run.fates?.offered || 0) + (run.fates?.sealed || 0);
    return html`<section class="card"><header><h2>What became of the groups</h2><span class="note"><${C.Text} s=${run.id} /></span></header>
      <table class="fates"><tbody>${fates.map(([fate, count]) => html`<tr><th><a href=${C.link("groups", { run: run.id, fate })}><${C.Text} s=${fate} /></a></th>
        <td class="grow"><span class="bar wide"><i style=${{ width: (count / most) * 100 + "%" }}></i></span></td><td>${C.number(count)}</td></tr>`)}</tbody></table>
      <p class="note">The trainer holds <b>${C.number(run.fates?.offered || 0)}</b> groups it has not acknowledged; <b>${C.number(held - (run.fates?.offered || 0))}</b> wait for it.
        ${run.published?.length ? ` Weights published: ${run.published.length}, newest version ${run.published.at(-1)}.` : ""}</p></section>`;
  }

  C.Learning = ({ route }) => {
    const store = C.useStore();
    const able = store.runs?.filter((run) => run.kind !== "run") || [];
    const run = able.find((one) => one.id === route.run) || able.find((one) => one.kind === "train") || able[0];
    const engines = run?.kind === "train" ? store.runs.filter((one) => one.kind === "serve" && one.id.startsWith(run.id + "/")) : run ? [run] : [];
    if (run) C.want(run.id);
    engines.forEach((one) => C.want(one.id));
    if (!store.runs) return html`<${C.Empty}>Loading…<//>`;
    if (!run) return html`<${C.Empty}>None of these runs learns: this view shows what <code>./coppice train</code> and <code>serve</code> make.<//>`;
    const lines = store.learning[run.id] || [];
    const steps = lines.filter((line) => line.update);
    const scores = lines.filter((line) => line.passOfEight !== undefined);
    const temperatures = [...new Set(scores.map((line) => line.temperature))];
    const groups = engines.flatMap((one) => store.rows[one.id] || []);
    return html`<div class="page"><div class="tools"><h2>Learning</h2>
        <${C.Choice} label="Run" value=${run.id} options=${able.map((one) => [one.id, C.parts(one.id).map((p) => p[0]).join("")])} set=${(id) => C.go("learning", { run: id })} />
        <span class="note">${steps.length} updates${run.live || engines.some((one) => one.live) ? html` · <span class="live">● growing</span>` : ""}</span>
        ${run.fault ? html`<span class="warn"><${C.Text} s=${run.fault} most=${160} /></span>` : ""}
        <${C.Copy} what=${() => lines} /></div>
      <div class="charts">
        ${scores.length ? html`<section class="card"><${C.Lines} title="Held-out: solved share" x="update" series=${temperatures.map((t) => {
          const mine = scores.filter((line) => line.temperature === t);
          return { name: t === 0 ? "greedy" : "T " + t, x: mine.map((line) => line.step), y: mine.map((line) => line.pass) };
        })} /></section>` : ""}
        ${CHARTS.map(([key, title, of]) => {
          const some = steps.filter((line) => Number.isFinite(of(line)));
          return some.length ? html`<section class="card" key=${key}><${C.Lines} title=${title} x="update" series=${[{ name: title, x: some.map((line) => line.step), y: some.map(of) }]} /></section>` : "";
        })}
        ${!steps.length && groups.length ? html`<section class="card"><${C.Lines} title="Reward of sealed groups" x="groups" series=${[served(groups, (row) => row.reward, "reward")]} /></section>
          <section class="card"><${C.Lines} title="Share of mixed groups" x="groups" series=${[served(groups, (row) => (row.mixed ? 1 : 0), "mixed")]} /></section>` : ""}</div>
      ${engines.map((one) => html`<${Fates} key=${one.id} run=${one} />`)}
      ${!steps.length && !groups.length ? html`<${C.Empty}>Nothing was learned yet.<//>` : ""}</div>`;
  };
})();
