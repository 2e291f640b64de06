/* what the charts show, as a table */
function inNumbers(kinds) {
  /* the least or greatest of a column, with its frame */
  const peak = (k, name, better) => {
    let at = -1;
    k.s[name].forEach((v, i) => {
      if (v != null && (at < 0 || better(v, k.s[name][at]))) at = i;
    });
    return at < 0 ? "–" : [I(k.s[name][at], 1) + " ms ", h("span", { class: "dim" }, "frame " + k.f[at])];
  };
  const less = (a, b) => a < b,
    more = (a, b) => a > b;
  const L = ["", "Messages", "Least skew", "Greatest skew", "Longest silence", "Longest step", "A/V offset"];
  const rows = kinds.map(([name, k]) =>
    [
      name,
      [
        I(k.s.n),
        CHARTS && k.s.width
          ? h(
              "div",
              { class: "dim" },
              I(k.t.length) + " are in the charts: of each " + I(k.s.width / 1000) + " ms the least and greatest",
            )
          : "",
      ],
      peak(k, "skew", less),
      peak(k, "skew", more),
      peak(k, "gap", more),
      peak(k, "step", more),
      k.s.av ? [peak(k, "av", less), " to ", peak(k, "av", more)] : "",
    ].map((cell, i) =>
      i ? h("td", { class: "num", "data-l": L[i] }, h("div", null, cell)) : h("th", { scope: "row" }, cell),
    ),
  );
  return grid(
    "cards",
    heads(L),
    h(
      "tbody",
      null,
      rows.map((r) => h("tr", null, r)),
    ),
  );
}
let curStream = -1,
  focusAt = () => {};
if (RTMP) {
  const withMedia = S.map((x, i) => i).filter((i) => S[i].video || S[i].audio);
  const s = section(
    "timing",
    "Timing",
    "Media timestamps against arrival." +
      (CHARTS ? " Drag zooms all charts, shift-drag moves, double-click shows the whole; keys: ← → + − 0." : ""),
    withMedia.length,
  );
  if (!withMedia.length) s.append(h("p", { class: "empty" }, "No audio or video in this capture."));
  else {
    const sel = h(
      "select",
      { "aria-label": "Stream" },
      withMedia.map((i) =>
        h(
          "option",
          { value: String(i) },
          (S[i].role === "publish" ? "▲ " : "▼ ") + short(S[i].name, 50) + "  (connection " + cname(S[i].c) + ")",
        ),
      ),
    );
    const zb = (t, l, f) => h("button", { type: "button", "aria-label": l, title: l, on: { click: f } }, t);
    const own = [];
    const win = () => range || (own[0] && own[0].full);
    const zoom = (k) => {
      const w = win();
      if (!w) return;
      const m = (w[0] + w[1]) / 2,
        d = ((w[1] - w[0]) / 2) * k,
        f = own[0].full;
      const r = [Math.max(f[0], m - d), Math.min(f[1], m + d)];
      setRange(r[1] - r[0] >= (f[1] - f[0]) * 0.999 ? null : r);
    };
    const pan = (k) => {
      const w = win();
      if (!w) return;
      const f = own[0].full,
        d = Math.max(f[0] - w[0], Math.min(f[1] - w[1], (w[1] - w[0]) * k));
      if (range) setRange([w[0] + d, w[1] + d]);
    };
    const box = h(
      "div",
      CHARTS
        ? {
            class: "charts",
            tabIndex: 0,
            role: "group",
            "aria-label": "Charts of the stream: arrow keys move, plus and minus zoom, 0 shows the whole",
          }
        : null,
    );
    box.addEventListener("keydown", (e) => {
      const a = {
        ArrowLeft: () => pan(-0.25),
        ArrowRight: () => pan(0.25),
        "+": () => zoom(0.5),
        "=": () => zoom(0.5),
        "-": () => zoom(2),
        0: () => setRange(null),
      }[e.key];
      if (a && !e.ctrlKey && !e.metaKey) {
        a();
        e.preventDefault();
      }
    });
    s.append(
      h(
        "div",
        { class: "bar" },
        withMedia.length > 1 ? sel : h("b", null, wire(short(S[withMedia[0]].name, 60))),
        h("span", { class: "grow" }),
        CHARTS && [
          h("span", { class: "dim num rangelabel" }, "whole capture"),
          zb("−", "Zoom out", () => zoom(2)),
          zb("+", "Zoom in", () => zoom(0.5)),
          zb("Whole", "Show the whole", () => setRange(null)),
        ],
      ),
      box,
    );
    const draw = (...all) => {
      const c = chart(...all);
      if (c) own.push(c);
    };
    const show = (i) => {
      curStream = i;
      sel.value = String(i);
      drop(own);
      box.replaceChildren();
      const x = S[i],
        v = x.video,
        a = x.audio;
      const un = (k) => k && { t: undelta(k.series.t), f: undelta(k.series.f), s: k.series };
      const V = un(v),
        A = un(a);
      const t0 = Math.min(V ? V.t[0] : Infinity, A ? A.t[0] : Infinity) / 1e6,
        t1 = Math.max(V ? V.t[V.t.length - 1] : 0, A ? A.t[A.t.length - 1] : 0) / 1e6,
        full = [t0, t1 > t0 ? t1 : t0 + 1];
      const marks = F.t.filter((t, j) => t != null && F.stream[j] === i && F.sev[j] < 2).slice(0, 50);
      const o = { full, stalls: x.stalls, marks };
      const rv = kbps(v && v.rate_series),
        ra = kbps(a && a.rate_series),
        keys = x.keys ? undelta(x.keys.t) : null;
      const rates = [rv, ra].filter((r) => r && r.y.some((y) => y != null));
      if (rates.length)
        draw(
          box,
          "Bit rate",
          "kb/s over " + I(rates[0].win, 1) + " s" + (keys && keys.length ? "; ticks below are key frames" : ""),
          [
            rv && { name: "video", x: rv.x, y: rv.y, color: "--video", fill: true },
            ra && { name: "audio", x: ra.x, y: ra.y, color: "--audio" },
          ],
          Object.assign({ zero: true, keys, unit: "kb/s" }, o),
        );
      else if (CHARTS) box.append(h("p", { class: "dim" }, "No bit rates: the stream is shorter than half a second."));
      draw(
        box,
        "Skew",
        "ms of arrival less timestamp: rising means it comes ever later, flat is in time",
        [
          V && { name: "video", x: V.t, y: V.s.skew, f: V.f, color: "--video" },
          A && { name: "audio", x: A.t, y: A.s.skew, f: A.f, color: "--audio" },
        ],
        Object.assign({ zeroline: true, unit: "ms" }, o),
      );
      if (V && A && V.s.av)
        draw(
          box,
          "A/V offset",
          "ms by which the newest audio is ahead of each video frame, by timestamp",
          [{ name: "audio − video", x: V.t, y: V.s.av, f: V.f, color: "--av" }],
          Object.assign({ zeroline: true, unit: "ms" }, o),
        );
      draw(
        box,
        "Intervals",
        "ms since the previous message of the kind; switch series on and off in the legend",
        [
          V && { name: "video arrival", x: V.t, y: V.s.gap, f: V.f, color: "--video" },
          A && { name: "audio arrival", x: A.t, y: A.s.gap, f: A.f, color: "--audio" },
          V && { name: "video timestamps", x: V.t, y: V.s.step, f: V.f, color: "--video", dash: true, hidden: true },
          A && { name: "audio timestamps", x: A.t, y: A.s.step, f: A.f, color: "--audio", dash: true, hidden: true },
        ],
        Object.assign({ zero: true, unit: "ms" }, o),
      );
      box.append(inNumbers([V && ["Video", V], A && ["Audio", A]].filter(Boolean)));
      if (!CHARTS)
        box.append(h("p", { class: "empty" }, "There are no charts here: this build of the plugin was made without dygraphs."));
      setRange(null);
    };
    sel.addEventListener("change", () => show(+sel.value));
    focusAt = (i, t, scroll) => {
      if (!withMedia.includes(i)) return;
      if (curStream !== i) show(i);
      if (t != null && CHARTS) {
        const f = own[0].full;
        const w = Math.max((f[1] - f[0]) / 8, 0.5),
          c = t / 1e6;
        setRange([Math.max(f[0], c - w), Math.min(f[1], c + w)]);
      }
      if (scroll) document.getElementById("timing").scrollIntoView();
    };
    const first = withMedia.find((i) => F.stream.includes(i)) ?? withMedia[0];
    show(first);
    DARK.addEventListener("change", () => show(curStream));
  }
}
