"use strict";
// Text that models, tools and files wrote is shown and does nothing: it only ever becomes text nodes,
// and what has no shape of its own, or would turn or hide its neighbours, is written out.
(() => {
  const C = (globalThis.coppice = {});
  const html = (C.html = globalThis.htm.bind(globalThis.preact.h));
  const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}]/u;

  // A byte that is no character by itself arrives as the lone surrogate DC00 + byte.
  function name(point) {
    if (point >= 0xdc80 && point <= 0xdcff) return "⟨" + (point & 0xff).toString(16).toUpperCase() + "⟩";
    if (point < 0x20) return String.fromCharCode(0x2400 + point);
    if (point === 0x7f) return "␡";
    return "⟨U+" + point.toString(16).toUpperCase().padStart(4, "0") + "⟩";
  }

  // Cuts text into plain parts and written-out characters: [[text, isMark], ...].
  C.parts = (text, raw) => {
    const parts = [];
    let plain = "";
    const mark = (label) => {
      if (plain) parts.push([plain, false]);
      plain = "";
      parts.push([label, true]);
    };
    for (const letter of String(text)) {
      if (letter === "\n" || letter === "\t") {
        if (raw) mark(letter === "\n" ? "⏎" : "⇥");
        plain += letter;
      } else if (raw && letter === " ") {
        mark("·");
      } else if (HIDDEN.test(letter)) {
        mark(name(letter.codePointAt(0)));
      } else {
        plain += letter;
      }
    }
    if (plain) parts.push([plain, false]);
    return parts;
  };

  // Joins the pieces of tokens, bytes that make up a character included.
  C.join = (pieces) => {
    const text = pieces.join("");
    return text.replace(/[\udc80-\udcff]+/gu, (run) => {
      const bytes = Uint8Array.from(run, (letter) => letter.charCodeAt(0) & 0xff);
      try {
        return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
      } catch {
        return run;
      }
    });
  };

  C.Text = ({ s, raw, most }) => {
    let text = String(s ?? "");
    const cut = most && text.length > most;
    if (cut) text = text.slice(0, most);
    return html`<bdi class="said">${C.parts(text, raw).map(([part, mark]) =>
      mark ? html`<span class="mark">${part}</span>` : part)}${cut ? "…" : ""}</bdi>`;
  };

  // Columns a text takes in a monospaced font.
  C.columns = (text) => {
    let columns = 0;
    for (const letter of text) {
      const point = letter.codePointAt(0);
      columns += point >= 0x1100 &&
        (point <= 0x115f || (point >= 0x2e80 && point <= 0xa4cf) || (point >= 0xac00 && point <= 0xd7a3) ||
          (point >= 0xf900 && point <= 0xfaff) || (point >= 0xfe30 && point <= 0xfe6f) ||
          (point >= 0xff00 && point <= 0xff60) || (point >= 0x1f300 && point <= 0x1faff) || point >= 0x20000) ? 2 : 1;
    }
    return columns;
  };

  C.number = (value, digits = 3) => {
    if (value === null || value === undefined || Number.isNaN(value)) return "–";
    if (Number.isInteger(value)) return value.toLocaleString("en");
    const size = Math.abs(value);
    if (size >= 1000) return Math.round(value).toLocaleString("en");
    if (size > 0 && size < 0.001) return value.toExponential(1);
    return value.toFixed(size >= 100 ? 1 : digits);
  };
  C.signed = (value) => (value > 0 ? "+" : "") + C.number(value).replace("-", "−");
})();
