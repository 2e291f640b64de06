/* 5 SharedObjects */
if (RTMP) {
  const s = section(
    "objects",
    "SharedObjects",
    O.length
      ? "Who changed which attribute when. Large: what a client asked for; small: what the server sent to a client. Colour is the connection."
      : null,
    O.length,
  );
  const NS = "http://www.w3.org/2000/svg",
    sv = (t, a, ...k) => {
      const e = document.createElementNS(NS, t);
      for (const n in a) e.setAttribute(n, a[n]);
      e.append(...k);
      return e;
    };
  const TY = {
    1: "use",
    2: "release",
    3: "request change",
    4: "change",
    5: "confirmed",
    6: "message",
    7: "status",
    8: "clear",
    9: "remove",
    10: "request removal",
    11: "use confirmed",
  };
  if (!O.length) s.append(h("p", { class: "empty" }, "No SharedObject in this capture."));
  const redraw = [];
  let byTime = false;
  if (O.length) {
    const b = h("button", { type: "button", "aria-pressed": "false" }, "True to time");
    b.addEventListener("click", () => {
      byTime = !byTime;
      b.setAttribute("aria-pressed", byTime);
      redraw.forEach((f) => f());
    });
    const cs = [...new Set([].concat(...O.map((o) => o.copies.map((c) => c.c))))].sort((a, b) => a - b);
    s.append(
      h(
        "div",
        { class: "bar" },
        b,
        h(
          "span",
          { class: "key" },
          cs
            .slice(0, 12)
            .map((c) =>
              h(
                "span",
                null,
                h("i", { class: "sw", css: { background: "var(" + ccol(c) + ")" } }),
                cname(c) + " " + short(C[c] && C[c].client, 26),
              ),
            ),
          h("span", null, "● change  ◆ removal  ■ refused  ◯ no answer  ▮ use, clear"),
        ),
      ),
    );
  }
  const order = O.map((o, i) => i).sort(
    (a, b) => O[b].diverged.length - O[a].diverged.length || O[b].e.t.length - O[a].e.t.length,
  );
  const mb = more(
    order,
    (oi) => {
      const o = O[oi],
        E = o.e,
        n = E.t.length;
      const keysIn = [...new Set(E.key.filter((k) => k != null).concat(...o.copies.map((c) => c.k)))].slice(0, 60);
      const art = h("article", { class: "so" });
      const cnt = (f) => {
        let x = 0;
        for (let i = 0; i < n; i++) if (f(i)) x++;
        return x;
      };
      const ch = cnt((i) => E.dir[i] === 0 && E.type[i] === 3),
        rf = cnt((i) => E.dir[i] === 0 && E.state[i] === 2),
        un = cnt((i) => E.dir[i] === 0 && E.state[i] === 4 && E.type[i] !== 1);
      art.append(
        h(
          "h3",
          null,
          wire(o.name),
          " ",
          o.persistent ? h("span", { class: "tag" }, "persistent") : "",
          " ",
          h("span", { class: "tag" }, o.copies.length + " client" + (o.copies.length === 1 ? "" : "s")),
          " ",
          h("span", { class: "tag" }, I(ch) + " change" + (ch === 1 ? "" : "s") + " asked for"),
          " ",
          rf ? h("span", { class: "tag e" }, rf + " refused") : "",
          " ",
          un ? h("span", { class: "tag w" }, un + " unanswered") : "",
          " ",
          o.diverged.length
            ? h(
                "span",
                { class: "tag e" },
                o.diverged.length + " attribute" + (o.diverged.length > 1 ? "s" : "") + " differ",
              )
            : o.copies.filter((c) => c.confirmed && !c.released).length > 1
              ? h("span", { class: "tag k" }, "copies agree")
              : "",
        ),
      );
      const hold = h("div");
      art.append(hold);
      const lanes = ["(object)", ...keysIn.map((k) => o.keys[k])],
        laneOf = new Map(keysIn.map((k, i) => [k, i + 1]));
      const draw = () => {
        const W = Math.max(280, hold.clientWidth || 900),
          nar = W < 600,
          LH = nar ? 16 : 17,
          left = nar ? 84 : 150,
          top = 4,
          H = top + lanes.length * LH + 18,
          fr = [...new Set(E.f)],
          fi = new Map(fr.map((f, i) => [f, i]));
        const t0 = E.t[0] || 0,
          t1 = E.t[n - 1] || 1;
        const X = (i) =>
          left +
          8 +
          (W - left - 16) *
            (byTime
              ? t1 > t0
                ? (E.t[i] - t0) / (t1 - t0)
                : 0.5
              : fr.length > 1
                ? fi.get(E.f[i]) / (fr.length - 1)
                : 0.5);
        const g = sv("svg", {
          viewBox: "0 0 " + W + " " + H,
          height: H,
          role: "img",
          "aria-label": "Timeline of " + plain(o.name) + ": " + n + " events; the table below has them all",
        });
        lanes.forEach((l, i) => {
          const y = top + i * LH + LH / 2;
          g.append(sv("line", { x1: left, x2: W, y1: y, y2: y, class: "lane0" }));
          const t = sv("text", {
            x: left - 6,
            y: y + 4,
            "text-anchor": "end",
            class: i && o.diverged.includes(keysIn[i - 1]) ? "dv" : "",
          });
          t.textContent = short(l, nar ? 12 : 22);
          g.append(t);
        });
        const used = [...new Set(E.c)],
          off = (c) => (used.indexOf(c) - (used.length - 1) / 2) * Math.min(3, 9 / used.length);
        for (let p = 0; p < 2; p++)
          for (let i = 0; i < Math.min(n, 4000); i++) {
            const big = E.dir[i] === 0;
            if (big !== (p === 1)) continue;
            const y0 = top + (E.key[i] != null ? (laneOf.get(E.key[i]) ?? 0) : 0) * LH + LH / 2,
              x = X(i),
              col = "var(" + ccol(E.c[i]) + ")";
            let e;
            const y = big ? y0 : y0 + off(E.c[i]);
            if (big) {
              if (E.state[i] === 2) e = sv("rect", { x: x - 4.5, y: y - 4.5, width: 9, height: 9, fill: "var(--err)" });
              else if (E.type[i] === 10) e = sv("path", { d: "M" + x + " " + (y - 6) + "l6 6l-6 6l-6-6z", fill: col });
              else if (E.type[i] === 3)
                e = sv("circle", {
                  cx: x,
                  cy: y,
                  r: 5,
                  fill: E.state[i] === 4 ? "var(--bg)" : col,
                  stroke: col,
                  "stroke-width": 1.6,
                });
              else if (E.type[i] === 6) e = sv("path", { d: "M" + (x - 5) + " " + (y + 4) + "h10l-5-9z", fill: col });
              else e = sv("rect", { x: x - 1.5, y: y - 6, width: 3, height: 12, fill: col });
            } else
              e =
                E.state[i] === 3
                  ? sv("circle", { cx: x, cy: y, r: 4, fill: "none", stroke: "var(--err)", "stroke-width": 1.5 })
                  : E.type[i] === 9
                    ? sv("path", { d: "M" + x + " " + (y - 3) + "l3 3l-3 3l-3-3z", fill: col })
                    : sv("circle", { cx: x, cy: y, r: 1.9, fill: col });
            const ti = sv("title", {});
            ti.textContent =
              clock(E.t[i]) +
              ", frame " +
              E.f[i] +
              ", " +
              cname(E.c[i]) +
              (big ? " → server: " : " ← server: ") +
              (TY[E.type[i]] || "type " + E.type[i]) +
              (E.key[i] != null ? " " + plain(o.keys[E.key[i]]) : "") +
              (E.value[i] != null ? " = " + plain(o.values[E.value[i]]) : "") +
              (E.state[i] === 2
                ? " (refused)"
                : E.state[i] === 3
                  ? " (crosses an own request)"
                  : E.state[i] === 4 && big
                    ? " (no answer)"
                    : "");
            e.append(ti);
            g.append(e);
          }
        const yl = H - 4;
        if (n) {
          [0, n - 1].forEach((i, k) => {
            const t = sv("text", { x: k ? W - 4 : left, y: yl, "text-anchor": k ? "end" : "start" });
            t.textContent = clock(E.t[i]);
            g.append(t);
          });
          const t = sv("text", { x: (left + W) / 2, y: yl, "text-anchor": "middle" });
          t.textContent = byTime ? "time" : "in order of frames";
          g.append(t);
        }
        hold.replaceChildren(g);
      };
      redraw.push(draw);
      requestAnimationFrame(draw);
      const cp = o.copies;
      const val = (c, k) => {
        const i = c.k.indexOf(k);
        return i < 0 ? null : [o.values[c.v[i]], c.set[i]];
      };
      const fk = [...new Set([].concat(...cp.map((c) => c.k)))];
      if (fk.length || cp.length) {
        const tb2 = h("tbody");
        fk.sort((a, b) => o.diverged.includes(b) - o.diverged.includes(a));
        const mb2 = more(
          fk,
          (k) => {
            const vs = cp.map((c) => val(c, k)),
              same = cp.length > 1 && vs.every((v) => v && v[0] === vs[0][0]);
            const cell = (v, n, fr, who) =>
              h(
                "td",
                { class: o.diverged.includes(k) ? "diff" : "", colSpan: n, "data-l": who },
                h(
                  "div",
                  { class: "clip" },
                  v
                    ? [h("span", { class: "mono" }, wire(v[0])), h("span", { class: "dim num" }, "  " + fr)]
                    : h("span", { class: "dim" }, "not there"),
                ),
              );
            return h(
              "tr",
              null,
              h("th", { scope: "row" }, wire(o.keys[k])),
              same
                ? cell(vs[0], cp.length, "all " + cp.length + ", frames " + vs.map((v) => v[1]).join(", "), "all")
                : vs.map((v, i) => cell(v, 1, v ? "frame " + v[1] : "", cname(cp[i].c))),
            );
          },
          20,
          tb2,
        );
        art.append(
          grid(
            "state cards",
            [
              h("th", { scope: "col" }, "Final state"),
              cp.map((c) =>
                h(
                  "th",
                  { scope: "col" },
                  h("span", { css: { color: "var(" + ccol(c.c) + ")" } }, cname(c.c)),
                  " v" + (c.version ?? "?") + " ",
                  h(
                    "span",
                    { class: "dim" },
                    c.released
                      ? "at its release, frame " + c.released
                      : !c.confirmed
                        ? E.c.some((x, i) => x === c.c && E.type[i] === 11)
                          ? "later use refused"
                          : c.used
                            ? "use refused or unanswered"
                            : "use not seen"
                        : c.left && c.left < D.file.frames
                          ? "until it left, frame " + c.left
                          : "at the end",
                  ),
                ),
              ),
            ],
            tb2,
          ),
          mb2 || "",
        );
      }
      const det = h("details", null, h("summary", null, "All " + I(n) + " events"));
      det.addEventListener("toggle", () => {
        if (!det.open || det.dataset.done) return;
        det.dataset.done = 1;
        const b = h("tbody");
        const nb = more(
          [...Array(n).keys()],
          (i) =>
            h(
              "tr",
              { class: E.state[i] === 2 ? "bad" : "" },
              h("td", { class: "r num dim", "data-l": "Time" }, clock(E.t[i])),
              h("td", { class: "r num", "data-l": "Frame" }, E.f[i]),
              h(
                "td",
                { "data-l": "Who", css: { color: "var(" + ccol(E.c[i]) + ")" } },
                cname(E.c[i]) + (E.dir[i] ? " ◀" : " ▶"),
              ),
              h("td", { "data-l": "Event" }, TY[E.type[i]] || "type " + E.type[i]),
              h("td", { "data-l": "Attribute" }, E.key[i] != null ? wire(o.keys[E.key[i]]) : ""),
              h(
                "td",
                { "data-l": "Value" },
                h("div", { class: "clip mono" }, E.value[i] != null ? wire(o.values[E.value[i]]) : ""),
              ),
              h("td", { class: "r num", "data-l": "Version" }, E.v[i]),
              h(
                "td",
                { class: "num", "data-l": "Outcome" },
                E.state[i] === 2
                  ? "refused, frame " + E.link[i]
                  : E.state[i] === 4 && E.dir[i] === 0
                    ? "no answer"
                    : E.state[i] === 3
                      ? "crosses frame " + (E.link[i] ?? "?")
                      : E.link[i]
                        ? "frame " + E.link[i]
                        : "",
              ),
            ),
          200,
          b,
        );
        det.append(
          grid(
            "cards",
            heads(["Time", "Frame", "Who", "Event", "Attribute", "Value", "Version", "Outcome"], (i) => i < 2),
            b,
          ),
          nb || "",
        );
      });
      art.append(det);
      return art;
    },
    20,
    s,
  );
  if (mb) s.append(mb);
  let rt;
  addEventListener("resize", () => {
    clearTimeout(rt);
    rt = setTimeout(() => redraw.forEach((f) => f()), 120);
  });
}
