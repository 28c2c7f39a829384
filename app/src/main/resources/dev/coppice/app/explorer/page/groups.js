"use strict";
// Groups: a table of any length that sorts, filters and searches.
(() => {
  const C = globalThis.coppice;
  const { html } = C;
  const { useEffect, useMemo, useState } = globalThis.preactHooks;
  const ROW = 30;
  const keys = (of) => Object.keys(of || {});
  const only = (of) => keys(of).sort((a, b) => of[b] - of[a]).join(" ");
  const COLUMNS = [
    ["task", "task", "c-task", (row) => row.task],
    ["arm", "arm", "c-arm", (row) => row.arm],
    ["reward", "reward", "c-num", (row) => row.reward ?? -1e9],
    ["solved", "solved", "c-num", (row) => row.solved],
    ["draws", "paths", "c-num", (row) => row.leaves],
    ["distinct", "distinct", "c-num", (row) => row.distinct],
    ["computed", "tokens", "c-num", (row) => row.computed],
    ["sampled", "length", "c-num", (row) => row.sampled ?? 0],
    ["truncated", "truncated", "c-num", (row) => row.truncated],
    ["errors", "call errors", "c-num", (row) => row.errors],
    ["stops", "stop", "c-stop", (row) => only(row.stops)],
    ["v1", "version", "c-num", (row) => row.v1],
    ["fate", "fate", "c-fate", (row) => row.fate],
  ];
  const FILTERS = [
    ["arm", "Arm", (row) => [row.arm]],
    ["outcome", "Outcome", (row) => [row.mixed ? "mixed" : row.max === null ? "unscored" : row.max >= 1 ? "all solved" : "none solved"]],
    ["stop", "Stop", (row) => keys(row.stops)],
    ["status", "Status", (row) => keys(row.statuses)],
    ["boundary", "Failure", (row) => keys(row.failures)],
    ["tool", "Tool", (row) => keys(row.tools).map((name) => name || "(no name)")],
    ["call", "Call", (row) => keys(row.calls)],
    ["version", "Version", (row) => Array.from({ length: Math.min(64, row.v1 - row.v0 + 1) }, (_, i) => String(row.v0 + i))],
    ["fate", "Fate", (row) => [row.fate]],
  ];

  // Rows with what became of them; served groups that no longer have a segment have a row as well.
  C.rowsOf = (run, rows, fates) => {
    const numbers = new Set(rows.map((row) => String(row.n)));
    const named = rows.map((row) => {
      const fate = fates?.[row.n];
      return { ...row, fate: fate ? fate[0] : row.kept === false ? "not for a trainer" : run.kind === "serve" ? "sealed" : "kept",
        task: fate && row.task === "unknown" ? "task " + fate[1] : row.task };
    });
    Object.entries(fates || {}).forEach(([n, [fate, task]]) => {
      if (!numbers.has(n)) named.push({ i: -1, n: +n, group: "g" + n, arm: "serve", task: "task " + task, fate, trees: 0, leaves: 0, draws: 0,
        reward: null, max: null, min: null, solved: 0, distinct: 0, computed: 0, sampled: null, truncated: 0, errors: 0, v0: 0, v1: 0, mixed: false });
    });
    return named;
  };

  function Row({ row, run, at, found }) {
    const link = C.link("tree", { run: run.id, g: row.i });
    return html`<div class=${"row" + (at ? " at" : "")} role="listitem" key=${row.group + row.arm}>
      <span class="c-task">${row.i < 0 ? html`<${C.Text} s=${row.task} most=${60} />` : html`<a href=${link}><${C.Text} s=${row.task} most=${60} /></a>`}
        ${found ? html` <span class="found"><${C.Text} s=${found} /></span>` : ""}</span>
      <span class="c-arm"><${C.Text} s=${row.arm} most=${16} /></span>
      <span class="c-num"><span class=${"bar " + (row.mixed ? "mixed" : "")} title=${row.mixed ? "outcomes differ" : "one outcome"}><i style=${{ width: Math.max(0, Math.min(1, row.reward ?? 0)) * 100 + "%" }}></i></span><span class="of">${C.number(row.reward, 2)}</span></span>
      <span class="c-num">${row.solved} / ${row.draws}</span>
      <span class="c-num">${row.leaves}</span><span class="c-num">${row.distinct}</span>
      <span class="c-num">${C.number(row.computed)}</span>
      <span class="c-num" title=${"longest context " + C.number(row.longest)}>${C.number(row.sampled, 1)}</span>
      <span class=${"c-num" + (row.truncated ? " warn" : "")}>${row.truncated || "·"}</span>
      <span class=${"c-num" + (row.errors ? " warn" : "")} title=${Object.entries(row.calls || {}).map(([k, v]) => k + " " + v).join(", ")}>${row.errors || "·"}</span>
      <span class="c-stop"><${C.Counts} of=${row.stops} /></span>
      <span class="c-num">${row.v0 === row.v1 ? row.v0 : row.v0 + "–" + row.v1}</span>
      <span class="c-fate"><${C.Text} s=${row.fate} most=${22} /></span></div>`;
  }

  function Summary({ rows }) {
    const sum = (name) => rows.reduce((all, row) => {
      Object.entries(row[name] || {}).forEach(([key, count]) => { all[key] = (all[key] || 0) + count; });
      return all;
    }, {});
    const draws = rows.reduce((all, row) => all + row.draws, 0);
    const truncated = rows.reduce((all, row) => all + row.truncated, 0);
    const components = {};
    rows.forEach((row) => Object.entries(row.components || {}).forEach(([name, mean]) => {
      components[name] = components[name] || [0, 0];
      components[name][0] += mean * row.draws;
      components[name][1] += row.draws;
    }));
    const lengths = rows.filter((row) => row.sampled !== null && row.draws);
    const length = lengths.reduce((all, row) => all + row.sampled * row.draws, 0) / (draws || 1);
    return html`<p class="summary"><b>${C.number(draws)}</b> trajectories · truncated <b class=${truncated ? "warn" : ""}>${C.number(truncated)}</b>${" · "}${C.number(length, 1)} sampled tokens each · stops <${C.Counts} of=${sum("stops")} />${" · calls "}<${C.Counts} of=${sum("calls")} />${keys(sum("failures")).length ? html` · failed <${C.Counts} of=${sum("failures")} />` : ""}
      ${keys(components).length ? html` · components ${Object.entries(components).map(([name, [total, count]]) => html`<span class="count"><${C.Text} s=${name} /><b>${C.number(total / count)}</b></span> `)}` : ""}</p>`;
  }

  C.Groups = ({ route }) => {
    const store = C.useStore();
    const run = store.runs?.find((one) => one.id === route.run) || store.runs?.find((one) => one.kind !== "train");
    if (run) C.want(run.id);
    const raw = run && store.rows[run.id];
    const fates = run && store.fates[run.id];
    const rows = useMemo(() => (raw ? C.rowsOf(run, raw, fates) : []), [raw, fates]);
    const [words, setWords] = useState(route.q || "");
    useEffect(() => {
      const later = setTimeout(() => words !== (route.q || "") && C.change({ q: words }), 200);
      return () => clearTimeout(later);
    }, [words]);
    const [found, failure] = C.useAsked(route.q && run && !C.exported ? "q" + run.id + route.q + rows.length : null,
      () => C.ask("search", { run: run.id, q: route.q }));
    const options = useMemo(() => FILTERS.map(([name, label, of]) => {
      const counts = {};
      rows.forEach((row) => of(row).forEach((value) => { counts[value] = (counts[value] || 0) + 1; }));
      return [name, label, Object.entries(counts).sort((a, b) => b[1] - a[1]).slice(0, 60)];
    }), [rows]);
    const sort = route.sort || "", down = route.down !== "no";
    const shown = useMemo(() => {
      let some = rows.filter((row) => FILTERS.every(([name, , of]) => !route[name] || of(row).includes(route[name])));
      if (route.task) some = some.filter((row) => row.task.toLowerCase().includes(route.task.toLowerCase()));
      if (route.q) some = C.exported ? some.filter((row) => JSON.stringify(row).toLowerCase().includes(route.q.toLowerCase())) : some.filter((row) => found && row.i in found);
      const column = COLUMNS.find(([name]) => name === sort);
      if (column) some = some.slice().sort((a, b) => { const x = column[3](a), y = column[3](b); return (x < y ? -1 : x > y ? 1 : 0) * (down ? -1 : 1); });
      return some;
    }, [rows, location.hash, found]);
    const at = Math.min(shown.length - 1, +(route.at || 0));
    const move = (by) => C.change({ at: Math.max(0, Math.min(shown.length - 1, at + by)) });
    C.shownGroups = { run: run?.id, list: shown.map((row) => row.i).filter((i) => i >= 0) };
    C.useKeys({
      j: () => move(1), k: () => move(-1), ArrowDown: () => move(1), ArrowUp: () => move(-1),
      PageDown: () => move(20), PageUp: () => move(-20), Home: () => move(-1e9), End: () => move(1e9),
      "/": () => document.getElementById("search")?.focus(),
      Enter: () => shown[at]?.i >= 0 && C.go("tree", { run: run.id, g: shown[at].i }),
    });
    if (!run) return html`<${C.Empty}>${store.runs ? "No run has groups yet." : "Loading…"}<//>`;
    return html`<div class="full"><div class="tools">
        <${C.Choice} label="Run" value=${run.id} options=${store.runs.filter((one) => one.kind !== "train").map((one) => [one.id, C.parts(one.id).map((p) => p[0]).join("")])} set=${(id) => C.go("groups", { run: id })} />
        <label class="choice">Search <input id="search" type="search" value=${words} placeholder=${C.exported ? "the table (/)" : "prompts, samples, arguments, results (/)"} onInput=${(event) => setWords(event.currentTarget.value)} /></label>
        <label class="choice">Task <input type="search" class="short" value=${route.task || ""} onInput=${(event) => C.change({ task: event.currentTarget.value, at: 0 })} /></label>
        ${options.map(([name, label, values]) => values.length > 1 || route[name] ? html`<${C.Choice} label=${label} value=${route[name] || ""} set=${(value) => C.change({ [name]: value, at: 0 })}
          options=${[["", "any"], ...values.map(([value, count]) => [value, C.parts(value).map((p) => p[0]).join("") + " (" + count + ")"])]} />` : "")}
        <${C.Copy} what=${() => shown} /></div>
      <p class="summary"><b>${C.number(shown.length)}</b> of ${C.number(rows.length)} groups${run.read < 0.999 ? ` · reading, ${Math.round(run.read * 100)} %` : ""}
        ${run.no_text ? html` · no text: <${C.Text} s=${run.no_text} most=${120} />` : ""}${failure ? html` · <span class="warn">${failure.message}</span>` : ""}
        ${run.fault ? html` · <span class="warn"><${C.Text} s=${run.fault} most=${160} /></span>` : ""}</p>
      <${Summary} rows=${shown} />
      <div class="table"><div class="row head">${COLUMNS.map(([name, label, kind]) => html`<button class=${kind} aria-label=${"sort by " + label}
        onClick=${() => C.change(sort === name ? { sort: down ? name : "", down: down ? "no" : "" } : { sort: name, down: "" })}>${label}${sort === name ? (down ? " ↓" : " ↑") : ""}</button>`)}</div>
      ${shown.length ? html`<${C.Rows} count=${shown.length} height=${ROW} at=${at} label="groups"
        row=${(i) => html`<${Row} row=${shown[i]} run=${run} at=${i === at} found=${route.q && found?.[shown[i].i]} />`} />`
        : html`<${C.Empty}>${rows.length ? "No group fits." : "No group is finished yet."}<//>`}</div></div>`;
  };
})();
