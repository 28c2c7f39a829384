"use strict";
// Runs: every run that was found, and the arms of those chosen side by side.
(() => {
  const C = globalThis.coppice;
  const { html } = C;
  const { useState } = globalThis.preactHooks;
  const SHOWN = ["groups", "leaves", "computed_tokens", "tokens_per_group", "distinct_l1_per_1k", "ess_per_1k",
    "mixed_outcome_ratio", "solved_share", "reward_mean", "sharing_ratio", "prefix_hit_rate", "tool_calls",
    "wall_seconds", "tokens_per_second"];
  const GAINS = { distinct: "distinct action sequences", solved: "groups solved", mixed: "groups of mixed outcomes", reward: "mean reward" };

  const armsOf = (runs) => runs.flatMap((run) => Object.entries(run.report?.arms || {})
    .map(([arm, figures]) => ({ run, arm, figures, name: runs.length > 1 ? run.id.split("/").at(-1) + ":" + arm : arm })));

  // Sums up groups in the order they finished. Rows have no clock: seconds are the arm's own, spread by tokens.
  function curve(arm, rows, gain, seconds) {
    const total = arm.figures.computed_tokens || 0;
    const wall = arm.figures.wall_seconds;
    const x = [], y = [];
    let tokens = 0, sum = 0, groups = 0;
    const mine = rows.filter((row) => row.arm === arm.arm);
    const step = Math.max(1, Math.floor(mine.length / 400));
    mine.forEach((row, i) => {
      tokens += row.computed;
      if (gain === "reward") { if (row.reward !== null) { sum += row.reward; groups++; } }
      else sum += gain === "distinct" ? row.distinct : gain === "solved" ? (row.solved > 0 ? 1 : 0) : row.mixed ? 1 : 0;
      if (i % step === 0 || i === mine.length - 1) {
        x.push(seconds ? (wall && total ? (tokens * wall) / total : NaN) : tokens);
        y.push(gain === "reward" ? (groups ? sum / groups : null) : sum);
      }
    });
    return { name: arm.name, x, y };
  }

  const differs = (arm, base, figure) => {
    const difference = arm.figures[figure] - base.figures[figure];
    const error = Math.hypot(arm.figures.standard_errors?.[figure] ?? NaN, base.figures.standard_errors?.[figure] ?? NaN);
    return Number.isFinite(difference) && error > 0 && Math.abs(difference) > 2 * error ? Math.sign(difference) : 0;
  };

  function Table({ arms }) {
    const base = arms[0];
    const [all, setAll] = useState(false);
    const known = all ? Object.keys(base.run.figures || {}) : SHOWN;
    return html`<section class="card"><header><h2>Figures side by side</h2>
      <span class="note">▲ ▼ more than two standard errors above or below <b>${base.name}</b></span>
      <button class="quiet" onClick=${() => setAll(!all)}>${all ? "The main ones" : "All figures"}</button></header>
      <div class="wide"><table class="figures"><thead><tr><th></th>${arms.map((arm) => html`<th>${arm.name}</th>`)}</tr></thead>
      <tbody>${known.map((figure) => html`<tr><th title=${base.run.figures?.[figure]}>${figure.replaceAll("_", " ")}</th>
        ${arms.map((arm, i) => {
          const error = arm.figures.standard_errors?.[figure];
          const mark = i ? differs(arm, base, figure) : 0;
          return html`<td class=${mark ? "differs" : ""}>${mark ? html`<span class="way" title="beyond two standard errors">${mark > 0 ? "▲" : "▼"}</span>` : ""}
            ${C.number(arm.figures[figure])}${error > 1e-9 * Math.abs(arm.figures[figure]) ? html` <i>± ${C.number(error)}</i>` : ""}</td>`;
        })}</tr>`)}</tbody></table></div>
      ${[...new Set(arms.flatMap((arm) => arm.run.report.notes || []))].map((note) => html`<p class="note">${note}</p>`)}</section>`;
  }

  function Charts({ arms, rows }) {
    const [gain, setGain] = useState("distinct");
    const [cost, setCost] = useState("tokens");
    const seconds = cost === "seconds";
    const series = arms.map((arm, i) => ({ ...curve(arm, rows[arm.run.id] || [], gain, seconds), colour: i }))
      .filter((one) => one.x.length && Number.isFinite(one.x.at(-1)));
    return html`<div class="two"><section class="card"><header><h2>What a budget brought</h2>
        <${C.Choice} label="Show" value=${gain} set=${setGain} options=${Object.entries(GAINS)} />
        <${C.Switch} label="over" value=${cost} set=${setCost} options=${[["tokens", "tokens"], ["seconds", "seconds", "Seconds of the arm, spread over its groups by their computed tokens"]]} /></header>
        ${series.length ? html`<${C.Lines} title=${GAINS[gain]} x=${seconds ? "seconds (at each arm's mean speed)" : "computed tokens"} series=${series} />`
          : html`<${C.Empty}>No group is finished yet.<//>`}</section>
      <section class="card"><header><h2>Success against cost</h2><span class="note">half-widths of 95 %; the line joins arms that no other beats</span></header>
        <${C.Front} title="Pareto front" x="computed tokens per group" y="groups solved at least once"
          points=${arms.map((arm, i) => ({ name: arm.name, colour: i, x: arm.figures.tokens_per_group, xError: arm.figures.half_widths?.tokens_per_group,
            y: arm.figures.solved_share, yError: arm.figures.half_widths?.solved_share }))} /></section></div>`;
  }

  function Run({ run, chosen, toggle, at }) {
    const headline = Object.entries(run.report?.arms || {});
    return html`<div class=${"run" + (chosen ? " chosen" : "") + (at ? " at" : "")} role="listitem">
      <label class="pick"><input type="checkbox" checked=${chosen} onChange=${toggle} aria-label=${"compare " + run.id} /></label>
      <div class="who"><a href=${C.link(run.kind === "train" ? "learning" : "groups", { run: run.id })}><${C.Text} s=${run.id} most=${80} /></a>
        <p class="note"><span class="tag">${run.kind}</span> ${run.environment ? html`<${C.Text} s=${run.environment} /> · ` : ""}${run.model ? html`<${C.Text} s=${run.model} most=${48} />` : ""}</p>
        ${run.fault ? html`<p class="wrong"><${C.Text} s=${run.fault} most=${240} /></p>` : ""}</div>
      <div class="so"><b>${C.number(run.groups)}</b> groups${run.read < 0.999 ? html` · reading ${Math.round(run.read * 100)} %` : ""}
        <p class="note">${run.live ? html`<span class="live">● growing</span>` : run.complete === false ? "not finished" : run.complete ? "complete" : ""}
        ${run.fates ? html`<${C.Counts} of=${run.fates} />` : headline.map(([arm, figures]) => html` ${arm} ${C.number(figures.reward_mean, 2)}`)}</p></div></div>`;
  }

  C.Runs = ({ route }) => {
    const store = C.useStore();
    const runs = store.runs;
    const [at, setAt] = useState(0);
    const names = route.runs ? route.runs.split("|") : runs?.filter((run) => run.report).slice(-1).map((run) => run.id) || [];
    const chosen = (runs || []).filter((run) => names.includes(run.id));
    chosen.forEach((run) => C.want(run.id));
    const toggle = (id) => C.change({ runs: (names.includes(id) ? names.filter((name) => name !== id) : [...names, id]).join("|") });
    C.useKeys({
      j: () => setAt(Math.min(runs.length - 1, at + 1)), k: () => setAt(Math.max(0, at - 1)),
      ArrowDown: () => setAt(Math.min(runs.length - 1, at + 1)), ArrowUp: () => setAt(Math.max(0, at - 1)),
      x: () => runs[at] && toggle(runs[at].id),
      Enter: () => runs[at] && C.go(runs[at].kind === "train" ? "learning" : "groups", { run: runs[at].id }),
    });
    if (!runs) return html`<${C.Empty}>Looking for runs…<//>`;
    if (!runs.length) return html`<${C.Empty}>No run is here yet. It will appear as soon as <code>./coppice run</code>, <code>serve</code> or <code>train</code> makes one.<//>`;
    const arms = armsOf(chosen);
    return html`<div class="page"><section class="card"><header><h2>Runs</h2><span class="note">tick several to compare them (x)</span>
        <${C.Copy} what=${() => chosen} /></header>
      <div class="runs" role="list">${runs.map((run, i) => html`<${Run} key=${run.id} run=${run} at=${i === at} chosen=${names.includes(run.id)} toggle=${() => toggle(run.id)} />`)}</div></section>
      ${arms.length ? html`<${Charts} arms=${arms} rows=${store.rows} /><${Table} arms=${arms} />` : ""}</div>`;
  };
})();
