"use strict";
// Lines by uPlot; a front of points by hand, since each point has intervals in two directions.
(() => {
  const C = globalThis.coppice;
  const { html } = C;
  const { useEffect, useRef } = globalThis.preactHooks;
  // A canvas takes no variables: an element that wears the colour tells what it is now.
  const worn = (name) => {
    const probe = document.createElement("i");
    probe.style.color = `var(--${name})`;
    document.body.append(probe);
    const colour = getComputedStyle(probe).color;
    probe.remove();
    return colour;
  };
  const colour = (i) => worn("line" + (i % 6));
  const DASHES = [[], [6, 3], [2, 3], [8, 3, 2, 3], [], [6, 3]];

  // series: [{name, x: [...], y: [...]}], one common axis.
  C.Lines = ({ title, x, series, height = 210 }) => {
    const ref = useRef();
    const size = C.useSize(ref);
    const { theme } = C.useTheme();
    const key = JSON.stringify([title, theme, size.width, series.map((one) => [one.name, one.x.length, one.x.at(-1), one.y.at(-1)])]);
    useEffect(() => {
      if (!size.width || !series.length) return undefined;
      const ink = worn("quiet");
      const grid = worn("rule");
      const tables = series.map((one) => [one.x, one.y]);
      const data = globalThis.uPlot.join(tables);
      const axis = { stroke: ink, grid: { stroke: grid, width: 1 }, ticks: { stroke: grid }, font: "11px system-ui" };
      const plot = new globalThis.uPlot({
        width: size.width, height, legend: { show: true, live: true },
        scales: { x: { time: false } },
        cursor: { points: { size: 6 } },
        axes: [{ ...axis, label: x, labelSize: 16, labelFont: "11px system-ui" }, { ...axis, size: 56 }],
        series: [{ label: x }, ...series.map((one, i) => ({
          label: one.name, stroke: colour(one.colour ?? i), width: 2, dash: DASHES[(one.colour ?? i) % 6], spanGaps: true,
          points: { show: one.x.length < 3 }, value: (_, v) => C.number(v),
        }))],
      }, data, ref.current);
      return () => plot.destroy();
    }, [key]);
    return html`<figure class="chart"><figcaption>${title}</figcaption><div ref=${ref}></div></figure>`;
  };

  // points: [{name, x, xError, y, yError, colour}]; a smaller x and a larger y are better.
  C.Front = ({ title, points, x, y }) => {
    const W = 520, H = 260, left = 52, bottom = 40, top = 14, right = 16;
    const known = points.filter((point) => Number.isFinite(point.x) && Number.isFinite(point.y));
    if (!known.length) return html`<figure class="chart"><figcaption>${title}</figcaption><p class="empty">No arm has both figures yet.</p></figure>`;
    const span = (at, error) => {
      const low = Math.min(...known.map((p) => p[at] - (p[error] || 0)));
      const high = Math.max(...known.map((p) => p[at] + (p[error] || 0)));
      const room = (high - low || Math.abs(high) || 1) * 0.12;
      return [low - room, high + room];
    };
    const [x0, x1] = span("x", "xError");
    const [y0, y1] = span("y", "yError");
    const sx = (v) => left + ((v - x0) / (x1 - x0)) * (W - left - right);
    const sy = (v) => H - bottom - ((v - y0) / (y1 - y0)) * (H - top - bottom);
    const front = known.filter((p) => !known.some((q) => q !== p && q.x <= p.x && q.y >= p.y && (q.x < p.x || q.y > p.y)))
      .sort((a, b) => a.x - b.x);
    const ticks = (from, to) => [0.15, 0.5, 0.85].map((share) => from + share * (to - from));
    return html`<figure class="chart"><figcaption>${title}</figcaption>
      <svg viewBox="0 0 ${W} ${H}" role="img" aria-label=${title}>
        ${ticks(x0, x1).map((v) => html`<g class="axis"><line x1=${sx(v)} x2=${sx(v)} y1=${top} y2=${H - bottom} /><text x=${sx(v)} y=${H - bottom + 14} text-anchor="middle">${C.number(v)}</text></g>`)}
        ${ticks(y0, y1).map((v) => html`<g class="axis"><line x1=${left} x2=${W - right} y1=${sy(v)} y2=${sy(v)} /><text x=${left - 6} y=${sy(v) + 4} text-anchor="end">${C.number(v, 2)}</text></g>`)}
        <text class="name" x=${(W + left) / 2} y=${H - 6} text-anchor="middle">${x}</text>
        <text class="name" transform="translate(12 ${(H - bottom) / 2}) rotate(-90)" text-anchor="middle">${y}</text>
        <polyline class="front" points=${front.map((p) => sx(p.x) + "," + sy(p.y)).join(" ")} />
        ${known.map((p) => html`<g class=${"point line" + (p.colour % 6)}>
          <title>${p.name}: ${C.number(p.y)} ± ${C.number(p.yError)} at ${C.number(p.x)} ± ${C.number(p.xError)} (half-widths of 95 %)</title>
          ${p.xError ? html`<line x1=${sx(p.x - p.xError)} x2=${sx(p.x + p.xError)} y1=${sy(p.y)} y2=${sy(p.y)} />` : null}
          ${p.yError ? html`<line x1=${sx(p.x)} x2=${sx(p.x)} y1=${sy(p.y - p.yError)} y2=${sy(p.y + p.yError)} />` : null}
          <circle cx=${sx(p.x)} cy=${sy(p.y)} r="5" />
          <text x=${sx(p.x) + (sx(p.x) > W - 160 ? -9 : 9)} y=${sy(p.y) - 8} text-anchor=${sx(p.x) > W - 160 ? "end" : "start"}>${p.name}</text></g>`)}
      </svg></figure>`;
  };
})();
