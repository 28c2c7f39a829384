"use strict";
(() => {
  const C = globalThis.coppice;
  const { html } = C;
  const { useEffect, useState } = globalThis.preactHooks;
  const VIEWS = [["runs", "Runs"], ["groups", "Groups"], ["tree", "Tree"], ["tokens", "Tokens"], ["learning", "Learning"]];
  const HELP = [
    ["1 … 5", "runs, groups, tree, tokens, learning"], ["j k ↓ ↑", "next, previous"], ["Enter", "open"], ["Escape", "back"],
    ["/", "search"], ["x", "runs: compare"], ["n p", "tree: next, previous group"], ["← → ↑ ↓", "tree: parent, child, neighbours; tokens: walk"],
    ["[ ]", "tokens: previous, next path"], ["r", "tokens: rendered or raw"], ["h", "tokens: next heat"], ["e", "next estimator"],
    ["c", "copy as JSON"], ["t", "light, dark or the system's"], ["?", "this"],
  ];

  const themes = ["", "light", "dark"];
  const remembered = () => { try { return localStorage.getItem("coppice-theme") || ""; } catch { return ""; } };
  const theming = { now: remembered(), listeners: new Set() };
  const wear = (theme) => {
    theming.now = theme;
    if (theme) document.documentElement.dataset.theme = theme;
    else delete document.documentElement.dataset.theme;
    try { localStorage.setItem("coppice-theme", theme); } catch { /* a file of its own may keep nothing */ }
    theming.listeners.forEach((listen) => listen(theme + matchMedia("(prefers-color-scheme: dark)").matches));
  };
  C.useTheme = () => {
    const [theme, set] = useState(theming.now);
    useEffect(() => { theming.listeners.add(set); return () => theming.listeners.delete(set); }, []);
    return { theme };
  };

  function App() {
    const route = C.useRoute();
    const store = C.useStore();
    const [help, setHelp] = useState(false);
    const at = (view) => {
      const { run, g, estimator } = route;
      const group = C.shownGroups?.list?.[0];
      const fields = view === "runs" ? {} : view === "groups" || view === "learning" ? { run } : { run: run || C.shownGroups?.run, g: g ?? group ?? 0, estimator };
      return C.link(view, fields);
    };
    const next = () => wear(themes[(themes.indexOf(theming.now) + 1) % 3]);
    const keys = { "?": () => setHelp(!help), t: next, c: () => C.copyNow?.() };
    VIEWS.forEach(([view], i) => { keys[i + 1] = () => { location.hash = at(view); }; });
    if (help) keys.Escape = () => setHelp(false);
    C.useKeys(keys);
    useEffect(() => { document.title = "Coppice · " + (VIEWS.find(([view]) => view === route.view)?.[1] || ""); }, [route.view]);
    const View = { runs: C.Runs, groups: C.Groups, tree: C.Tree, tokens: C.Tokens, learning: C.Learning }[route.view];
    return html`<header class="top"><a class="brand" href="#/runs">Coppice</a>
        <nav aria-label="views">${VIEWS.map(([view, name], i) => html`<a href=${at(view)} aria-current=${view === route.view ? "page" : undefined} title=${"key " + (i + 1)}>${name}</a>`)}</nav>
        <span class="state" role="status">${C.exported ? "exported" : store.live ? html`<span class="live">●</span> live` : "○ not connected"}${store.error ? html` · <span class="warn">${store.error}</span>` : ""}</span>
        <button class="quiet" onClick=${next} title="Theme (t)">${theming.now || "system"}</button><button class="quiet" onClick=${() => setHelp(true)} title="Keys (?)">?</button></header>
      <main>${View ? html`<${View} key=${route.view} route=${route} />` : html`<${C.Empty}>There is no such view. <a href="#/runs">Runs</a><//>`}</main>
      ${help ? html`<div class="veil" onClick=${() => setHelp(false)}><div class="help" role="dialog" aria-label="keys"><h2>Keys</h2><dl>${HELP.map(([key, does]) => html`<div><dt><kbd>${key}</kbd></dt><dd>${does}</dd></div>`)}</dl></div></div>` : ""}`;
  }

  wear(theming.now);
  const root = document.getElementById("app");
  root.textContent = "";
  globalThis.preact.render(html`<${App} />`, root);
  C.start();
})();
