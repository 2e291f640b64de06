/* 3 timing */
const CHARTS = typeof Dygraph === "function"; /* a build without dygraphs has tables only */
if (CHARTS) Dygraph.PLUGINS = Dygraph.PLUGINS.filter((p) => p !== Dygraph.Plugins.Legend); /* ours needs no markup */
const charts = [];
let range = null,
  busy = false;
let inHair = false;
const hair = (t) => {
  if (inHair) return;
  inHair = true;
  for (const c of charts) c.at(t);
  inHair = false;
};
const DARK = matchMedia("(prefers-color-scheme:dark)");
function setRange(r) {
  /* so many digits that the ends of a short range differ */
  const digits = r && r[1] - r[0] < 1 ? Math.min(6, 3 + Math.ceil(-Math.log10(r[1] - r[0]))) : null;
  range = r;
  busy = true;
  for (const c of charts) c.g.updateOptions({ dateWindow: r || c.full });
  busy = false;
  document
    .querySelectorAll(".rangelabel")
    .forEach((e) => (e.textContent = r ? clock(r[0] * 1e6, digits) + " – " + clock(r[1] * 1e6, digits) : "whole capture"));
}
function nearest(x, v) {
  let a = 0,
    b = x.length - 1;
  while (a < b) {
    const m = (a + b) >> 1;
    x[m] < v ? (a = m + 1) : (b = m);
  }
  return a > 0 && v - x[a - 1] < x[a] - v ? a - 1 : a;
}
function chart(into, title, explain, series, opt) {
  series = series.filter((s) => s && s.x.length);
  if (!CHARTS || !series.length) return null;
  opt = opt || {};
  document.documentElement.dataset.drawn = DARK.matches ? "dark" : "light"; /* for paper: page.css */
  const xs = [...new Set([].concat(...series.map((s) => s.x)))].sort((a, b) => a - b);
  const rows = xs.map((x) => {
    const r = new Array(series.length + 1).fill(null);
    r[0] = x / 1e6;
    return r;
  });
  const pos = new Map(xs.map((x, i) => [x, i]));
  series.forEach((s, j) => {
    for (let i = 0; i < s.x.length; i++) {
      const v = s.y[i];
      if (v != null) rows[pos.get(s.x[i])][j + 1] = v;
    }
  });
  const leg = h("span", { class: "leg" });
  const box = h("div", {
    class: "ch",
    role: "img",
    "aria-label":
      title +
      ": " +
      series
        .map((s) => {
          let lo = Infinity,
            hi = -Infinity;
          for (const v of s.y)
            if (v != null) {
              if (v < lo) lo = v;
              if (v > hi) hi = v;
            }
          return s.name + " from " + I(lo, 1) + " to " + I(hi, 1) + " " + (opt.unit || "");
        })
        .join("; "),
  });
  into.append(
    h("figure", null, h("figcaption", null, h("b", null, title), h("span", { class: "dim" }, explain), leg), box),
  );
  const model = Object.assign({}, Dygraph.defaultInteractionModel);
  if (matchMedia("(pointer:coarse)").matches) {
    delete model.touchstart;
    delete model.touchmove;
    delete model.touchend;
  }
  const full = opt.full || [xs[0] / 1e6, xs[xs.length - 1] / 1e6];
  const so = {};
  series.forEach(
    (s) =>
      (so[s.name] = {
        strokePattern: s.dash ? [4, 3] : null,
        drawPoints: !!s.points || (!!s.f && s.x.length < 1500),
        strokeWidth: s.points ? 0 : s.f ? (s.x.length > 2000 ? 0.6 : 1) : 1.4,
        pointSize: s.points ? 2.4 : 1.5,
        stepPlot: !!s.step,
        fillGraph: !!s.fill,
      }),
  );
  const g = new Dygraph(box, rows, {
    labels: ["t"].concat(series.map((s) => s.name)),
    colors: series.map((s) => css(s.color)),
    series: so,
    legend: "never",
    connectSeparatedPoints: true,
    dateWindow: range || full,
    valueRange: opt.range || null,
    includeZero: !!opt.zero,
    yRangePad: 6,
    fillAlpha: 0.14,
    axisLineColor: css("--line"),
    gridLineColor: css("--grid"),
    gridLineWidth: 1,
    axisLineWidth: 1,
    highlightCircleSize: 3,
    labelsKMB: false,
    interactionModel: model,
    animatedZooms: false,
    rightGap: 8,
    axes: {
      x: {
        ticker: (a, b, px) => {
          const sp = b - a,
            want = Math.max(2, px / 100),
            st =
              [
                0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800,
                3600, 7200, 14400, 43200, 86400,
              ].find((x) => sp / x <= want) || sp / want,
            o = [];
          for (let v = Math.ceil(a / st - 1e-9) * st; v <= b + 1e-9; v += st)
            o.push({ v, label: clock(v * 1e6, st < 0.01 ? 3 : st < 0.1 ? 2 : st < 1 ? 1 : TOTAL < 6e7 ? 1 : 0) });
          return o;
        },
        axisLabelFormatter: (v) => {
          const w = range || full;
          const sp = w[1] - w[0];
          return clock(v * 1e6, sp < 2 ? 2 : sp < 20 ? 1 : 0);
        },
        pixelsPerLabel: 90,
        axisLabelWidth: 70,
      },
      y: { axisLabelFormatter: (v) => (opt.fmt ? opt.fmt(v) : I(v, 2)), axisLabelWidth: 52, pixelsPerLabel: 20 },
    },
    underlayCallback: (ctx, a, gg) => {
      const st = opt.stalls;
      if (st) {
        ctx.fillStyle = css("--stall");
        for (let i = 0; i < st.t.length; i++) {
          const x0 = gg.toDomXCoord(st.t[i] / 1e6),
            x1 = gg.toDomXCoord((st.t[i] + st.len[i]) / 1e6);
          ctx.fillRect(x0, a.y, Math.max(1, x1 - x0), a.h);
        }
      }
      if (opt.zeroline) {
        const y = gg.toDomYCoord(0);
        if (y > a.y && y < a.y + a.h) {
          ctx.strokeStyle = css("--dim");
          ctx.lineWidth = 1;
          ctx.beginPath();
          ctx.moveTo(a.x, y + 0.5);
          ctx.lineTo(a.x + a.w, y + 0.5);
          ctx.stroke();
        }
      }
      if (opt.limit) {
        const y = gg.toDomYCoord(opt.limit);
        ctx.strokeStyle = css("--warn");
        ctx.setLineDash([5, 4]);
        ctx.beginPath();
        ctx.moveTo(a.x, y);
        ctx.lineTo(a.x + a.w, y);
        ctx.stroke();
        ctx.setLineDash([]);
      }
      if (opt.keys) {
        ctx.fillStyle = css("--video");
        let last = -9;
        const shown = opt.keys.filter((t) => {
            const x = gg.toDomXCoord(t / 1e6);
            return x >= a.x - 1 && x <= a.x + a.w + 1;
          }),
          dense = shown.length * 4 > a.w;
        if (dense) {
          ctx.globalAlpha = 0.35;
          ctx.fillRect(a.x, a.y + a.h - 5, a.w, 5);
          ctx.globalAlpha = 1;
        } else
          for (const t of shown) {
            const x = Math.round(gg.toDomXCoord(t / 1e6));
            if (x < a.x || x > a.x + a.w || x === last) continue;
            last = x;
            ctx.fillRect(x, a.y + a.h - 8, 1.5, 8);
          }
      }
      if (opt.marks) {
        ctx.strokeStyle = css("--mark");
        ctx.setLineDash([2, 3]);
        for (const t of opt.marks) {
          const x = gg.toDomXCoord(t / 1e6);
          ctx.beginPath();
          ctx.moveTo(x, a.y);
          ctx.lineTo(x, a.y + a.h);
          ctx.stroke();
        }
        ctx.setLineDash([]);
      }
    },
    drawCallback: (gg, first) => {
      if (first || busy) return;
      const r = gg.xAxisRange(),
        w = full[1] - full[0];
      setRange(r[0] <= full[0] + w * 1e-6 && r[1] >= full[1] - w * 1e-6 ? null : r);
    },
    zoomCallback: () => {},
    highlightCallback: (e, x) => hair(x * 1e6),
    unhighlightCallback: () => hair(null),
  });
  const btn = series.map((s, j) => {
    const b = h(
      "button",
      { type: "button", "aria-pressed": "true" },
      h("i", { class: "sw", css: { background: "var(" + s.color + ")" } }),
      h("span", null, s.name),
    );
    b.addEventListener("click", () => {
      const on = b.getAttribute("aria-pressed") !== "true";
      b.setAttribute("aria-pressed", on);
      g.setVisibility(j, on);
    });
    if (s.hidden) {
      b.setAttribute("aria-pressed", "false");
    }
    leg.append(b);
    return b;
  });
  series.forEach((s, j) => {
    if (s.hidden) g.setVisibility(j, false);
  });
  const c = {
    g,
    full,
    at: (t) => {
      series.forEach((s, j) => {
        const sp = btn[j].lastChild;
        if (t == null) {
          sp.textContent = s.name;
          return;
        }
        const i = nearest(s.x, t);
        sp.textContent = s.name + " " + I(s.y[i], 1) + (s.f ? " (frame " + s.f[i] + ")" : "");
      });
      if (t == null) {
        if (g.getSelection() !== -1) {
          g.clearSelection();
        }
      } else {
        const r = nearest(xs, t);
        if (g.getSelection() !== r) g.setSelection(r);
      }
    },
    destroy: () => g.destroy(),
  };
  charts.push(c);
  return c;
}
function drop(list) {
  for (const c of list.splice(0)) {
    charts.splice(charts.indexOf(c), 1);
    c.destroy();
  }
}
function kbps(r) {
  if (!r) return null;
  const step = r.step,
    n = Math.max(1, Math.round(1e6 / step)),
    x = [],
    y = [];
  let sum = 0;
  for (let i = 0; i < r.bytes.length; i++) {
    sum += r.bytes[i];
    if (i >= n) sum -= r.bytes[i - n];
    x.push(r.t0 + (i + 1) * step);
    y.push((i + 1) * step < 5e5 ? null : (sum * 8) / ((Math.min(i + 1, n) * step) / 1e6) / 1e3);
  }
  return { x, y, win: (n * step) / 1e6 };
}
