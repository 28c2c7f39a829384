"use strict";
// What the page knows, where it comes from, and how it stays new. An exported file has all documents in
// a block of data under the names a server would answer to.
(() => {
  const C = globalThis.coppice;
  const { useEffect, useState } = globalThis.preactHooks;
  const block = document.getElementById("data");
  C.exported = block ? JSON.parse(block.textContent) : null;

  const encode = (text) => encodeURIComponent(text).replace(/%20/g, "+").replace(/[!'()~]/g,
    (letter) => "%" + letter.charCodeAt(0).toString(16).toUpperCase());
  const address = (name, fields) => {
    const query = Object.keys(fields).filter((key) => fields[key] !== undefined).sort()
      .map((key) => key + "=" + encode(String(fields[key]))).join("&");
    return name + (query ? "?" + query : "");
  };
  C.ask = async (name, fields = {}) => {
    const key = address(name, fields);
    if (C.exported) {
      if (!(key in C.exported)) throw new Error("not in this file: open the run with ./coppice view, or export with more --groups or --estimators");
      return C.exported[key];
    }
    const reply = await fetch("/api/" + key);
    const body = await reply.json();
    if (!reply.ok) throw new Error(body.error);
    return body;
  };

  const kept = new Map();
  // A finished group never changes, so what was asked about one is kept, the newest few dozens.
  C.keep = (name, fields) => {
    const key = address(name, fields);
    if (!kept.has(key)) {
      const asked = C.ask(name, fields);
      asked.catch(() => kept.delete(key));
      kept.set(key, asked);
      if (kept.size > 40) kept.delete(kept.keys().next().value);
    }
    return kept.get(key);
  };

  // The nodes of a path with their tokens; an exported file has whole trees.
  C.path = async (run, g, tree, node, estimator, parents) => {
    if (!C.exported) return C.keep("tokens", { run, g, tree, node, estimator });
    const all = await C.keep("tokens", { run, g, tree, estimator });
    const ids = [];
    for (let id = node; id >= 0; id = parents(id)) ids.unshift(id);
    return { pieces: all.pieces, nodes: ids.map((id) => all.nodes[id]) };
  };

  const store = (C.store = { runs: null, rows: {}, fates: {}, learning: {}, live: false, error: "" });
  const listeners = new Set();
  const tell = () => listeners.forEach((listen) => listen((n) => n + 1));
  C.useStore = () => {
    const [, listen] = useState(0);
    useEffect(() => {
      listeners.add(listen);
      listen((n) => n + 1); // What came between drawing and listening was told to nobody.
      return () => listeners.delete(listen);
    }, []);
    return store;
  };

  const wanted = new Set();
  const busy = {};
  // One question of a kind is under way at a time; a change meanwhile asks once more.
  async function refresh(what, work) {
    if (busy[what]) {
      busy[what] = 2;
      return;
    }
    busy[what] = 1;
    try {
      await work();
      store.error = "";
    } catch (failure) {
      store.error = failure.message;
    }
    const again = busy[what] === 2;
    busy[what] = 0;
    tell();
    if (again) refresh(what, work);
  }
  const loadState = () => refresh("state", async () => {
    const state = await C.ask("state");
    if (store.version && store.version !== state.version) { // another server: rows are counted anew
      store.rows = {};
      kept.clear();
    }
    store.version = state.version;
    store.runs = state.runs;
  });
  const loadRun = (run) => refresh("run " + run, async () => {
    const have = store.rows[run] || [];
    const more = await C.ask("rows", C.exported ? { run } : { run, from: have.length });
    if (C.exported) store.rows[run] = more;
    else if (more.length || !store.rows[run]) store.rows[run] = have.concat(more);
    const kind = store.runs?.find((one) => one.id === run)?.kind;
    if (kind === "serve") store.fates[run] = await C.ask("fates", { run });
    if (kind === "train") store.learning[run] = await C.ask("learning", { run });
  });
  C.want = (run) => {
    if (run && !wanted.has(run) && store.runs?.some((one) => one.id === run)) {
      wanted.add(run);
      loadRun(run);
    }
  };
  C.start = () => {
    loadState();
    if (C.exported) return;
    const events = new EventSource("/events");
    events.onopen = () => { store.live = true; tell(); };
    events.onerror = () => { store.live = false; tell(); };
    let last;
    events.onmessage = () => {
      loadState();
      wanted.forEach(loadRun);
      // Figures may lag behind groups that come fast, and "growing" ends without a change.
      clearTimeout(last);
      last = setTimeout(loadState, 3500);
    };
  };

  // The part of the address behind # names the view and all that was chosen in it.
  const parse = () => {
    const [path, query] = location.hash.replace(/^#\/?/, "").split("?");
    return { view: path || "runs", ...Object.fromEntries(new URLSearchParams(query || "")) };
  };
  C.link = (view, fields) => {
    const query = Object.entries(fields).filter(([, value]) => value !== undefined && value !== "" && value !== null)
      .map(([key, value]) => key + "=" + encodeURIComponent(value)).join("&");
    return "#/" + view + (query ? "?" + query : "");
  };
  C.go = (view, fields) => { location.hash = C.link(view, fields); };
  C.change = (fields) => {
    const { view, ...now } = parse();
    history.replaceState(null, "", C.link(view, { ...now, ...fields }));
    dispatchEvent(new Event("hashchange"));
  };
  C.useRoute = () => {
    const [route, set] = useState(parse());
    useEffect(() => {
      const listen = () => set(parse());
      addEventListener("hashchange", listen);
      return () => removeEventListener("hashchange", listen);
    }, []);
    return route;
  };

  // Loads something whenever its key changes: [value, failure].
  C.useAsked = (key, load) => {
    const [got, set] = useState({ key: null });
    useEffect(() => {
      let here = true;
      if (key === null) return undefined;
      load().then((value) => here && set({ key, value }), (failure) => here && set({ key, failure }));
      return () => { here = false; };
    }, [key]);
    return got.key === key ? [got.value, got.failure] : [got.value, undefined];
  };

  // Keys of a view, by their names; a field that takes text keeps its own.
  C.useKeys = (keys) => {
    useEffect(() => {
      const listen = (event) => {
        const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
        if (event.ctrlKey || event.metaKey || event.altKey) return;
        if (typing && event.key === "Escape") event.target.blur();
        const act = keys[event.key];
        if (!typing && act && !(event.key === "Enter" && /^(A|BUTTON|SUMMARY)$/.test(event.target.tagName))) {
          event.preventDefault();
          act(event);
        }
      };
      addEventListener("keydown", listen);
      return () => removeEventListener("keydown", listen);
    });
  };
})();
