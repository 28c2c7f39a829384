"use strict";
// Parts that several views are made of.
(() => {
  const C = globalThis.coppice;
  const { html } = C;
  const { useEffect, useLayoutEffect, useRef, useState } = globalThis.preactHooks;

  // The size of an element, kept up to date.
  C.useSize = (ref) => {
    const [size, set] = useState({ width: 0, height: 0 });
    const seen = useRef({});
    // The element may come later than the view, so every render looks whether it is another one.
    useLayoutEffect(() => {
      const box = ref.current;
      if (box === seen.current.box) return;
      seen.current.observer?.disconnect();
      seen.current = { box };
      if (!box) return;
      const look = () => set({ width: box.clientWidth, height: box.clientHeight });
      look();
      seen.current.observer = new ResizeObserver(look);
      seen.current.observer.observe(box);
    });
    useEffect(() => () => seen.current.observer?.disconnect(), []);
    return size;
  };

  // A list of any length: only the rows in sight are there. `at` is kept in sight.
  C.Rows = ({ count, height, row, at, label, onscroll, extra = 12 }) => {
    const ref = useRef();
    const [top, setTop] = useState(0);
    const size = C.useSize(ref);
    useEffect(() => {
      const box = ref.current;
      if (!box || at === undefined || at < 0) return;
      if (at * height < box.scrollTop) box.scrollTop = Math.max(0, at * height - 2 * height);
      else if ((at + 2) * height > box.scrollTop + box.clientHeight) box.scrollTop = (at + 2) * height - box.clientHeight;
    }, [at, size.height]);
    const first = Math.max(0, Math.floor(top / height) - extra);
    const last = Math.min(count, Math.ceil((top + size.height) / height) + extra);
    const shown = [];
    for (let i = first; i < last; i++) shown.push(row(i));
    return html`<div class="rows" ref=${ref} role="list" aria-label=${label} tabindex="-1"
      onScroll=${(event) => { setTop(event.currentTarget.scrollTop); onscroll?.(event.currentTarget.scrollTop); }}>
      <div class="all" style=${{ height: count * height + "px" }}>
        <div class="shown" style=${{ transform: `translateY(${first * height}px)` }}>${shown}</div>
      </div></div>`;
  };

  C.Copy = ({ what }) => {
    const [done, set] = useState("");
    const copy = async () => {
      const text = JSON.stringify(await what(), null, 1);
      try {
        await navigator.clipboard.writeText(text);
      } catch {
        const area = document.createElement("textarea");
        area.value = text;
        document.body.append(area);
        area.select();
        document.execCommand("copy");
        area.remove();
      }
      set("copied");
      setTimeout(() => set(""), 1500);
    };
    C.copyNow = copy;
    return html`<button class="quiet" onClick=${copy} title="Copy what is shown as JSON (c)" aria-live="polite">${done || "Copy JSON"}</button>`;
  };

  C.Choice = ({ label, value, options, set, title }) => html`<label class="choice" title=${title}>${label}
    <select value=${value} onChange=${(event) => set(event.currentTarget.value)}>
      ${options.map((option) => {
        const [key, text] = Array.isArray(option) ? option : [option, option];
        return html`<option value=${key} selected=${key === value}>${text}</option>`;
      })}</select></label>`;

  C.Switch = ({ label, value, options, set }) => html`<span class="switch" role="group" aria-label=${label}>
    ${options.map(([key, text, title]) => html`<button aria-pressed=${String(key === value)} title=${title} onClick=${() => set(key)}>${text}</button>`)}</span>`;

  C.Empty = ({ children }) => html`<p class="empty">${children}</p>`;
  C.Wrong = ({ failure }) => html`<p class="wrong" role="alert"><b>This cannot be shown.</b> <${C.Text} s=${failure.message} /></p>`;

  C.Reward = ({ value }) => {
    const kind = value === null || value === undefined ? "none" : value >= 1 ? "won" : value > 0 ? "part" : "lost";
    const mark = { none: "?", won: "●", part: "◐", lost: "○" }[kind];
    return html`<span class=${"reward " + kind} title=${"reward " + C.number(value)}>${mark}</span>`;
  };

  // Counts by name as a short line.
  C.Counts = ({ of, but }) => {
    const entries = Object.entries(of || {}).filter(([key]) => key !== but).sort((a, b) => b[1] - a[1]);
    return entries.map(([key, count], i) => html`${i ? " " : ""}<span class="count"><${C.Text} s=${key} most=${24} /><b>${C.number(count)}</b></span>`);
  };

  C.Estimators = ({ value, set }) => {
    const [names] = C.useAsked("estimators", () => C.keep("estimators", {}));
    return html`<${C.Choice} label="Advantage" title="Scored by module credit when asked for (e: next)" value=${value || ""} set=${set}
      options=${[["", "as in the run"], ...(names || [])]} />`;
  };
  C.nextEstimator = async (now) => {
    const names = ["", ...(await C.keep("estimators", {}))];
    return names[(names.indexOf(now || "") + 1) % names.length];
  };

  // Buckets of colour, so that no element needs a style of its own.
  C.diverging = (value, strongest) => {
    if (value === null || value === undefined || !strongest) return "";
    const share = Math.max(-1, Math.min(1, value / strongest));
    const step = Math.sign(share) * Math.ceil(Math.abs(share) * 5 - 1e-6);
    return step === 0 ? "d0" : step > 0 ? "dp" + step : "dm" + -step;
  };
  C.sequential = (value, most) => {
    if (value === null || value === undefined || !(most > 0)) return "";
    return "s" + Math.max(0, Math.min(6, Math.round((value / most) * 6)));
  };
})();
