/* 6 flow control */
/* acknowledgements and pings of a connection as a table: what the charts show, in numbers */
function listed(c) {
  const rows = [];
  c.flow.acks.forEach((a) => {
    const t = undelta(a.t),
      f = undelta(a.f);
    t.forEach((at, i) =>
      rows.push([at, f[i], a.dir, "acknowledges " + I(a.acked[i]), bytes(a.outstanding[i]) + " outstanding"]),
    );
  });
  const p = c.flow.pings;
  p.t.forEach((at, i) =>
    rows.push([at, p.f[i], p.dir[i], "ping", p.rf[i] ? ms(p.rtt[i]) + ", frame " + p.rf[i] : "no answer"]),
  );
  if (!rows.length) return h("p", { class: "empty" }, "Neither acknowledgements nor pings on this connection.");
  rows.sort((a, b) => a[1] - b[1]);
  const d = h(
    "details",
    { open: !CHARTS },
    h("summary", null, "All " + I(rows.length) + " acknowledgements and pings"),
  );
  const fill = () => {
    if (!d.open || d.dataset.done) return;
    d.dataset.done = 1;
    const tb = h("tbody");
    const b = more(
      rows,
      (r) =>
        h(
          "tr",
          null,
          h("td", { class: "r num dim", "data-l": "Time" }, clock(r[0])),
          h("td", { class: "r num", "data-l": "Frame" }, r[1]),
          h("td", { "data-l": "By" }, r[2] ? "server" : "client"),
          h("td", { class: "num", "data-l": "What" }, r[3]),
          h("td", { class: "num", "data-l": "Result" }, r[4]),
        ),
      200,
      tb,
    );
    d.append(grid("cards", heads(["Time", "Frame", "By", "What", "Result"], (i) => i < 2), tb), b || "");
  };
  d.addEventListener("toggle", fill);
  return d;
}
if (RTMP) {
  const s = section(
    "flow",
    "Flow control",
    "Bytes acknowledged against bytes sent, the announced windows, and ping round trips.",
    C.length,
  );
  if (!C.length) s.append(h("p", { class: "empty" }, "No flow control in this capture."));
  else {
    const box = h("div");
    const pick = picker([...C.keys()]);
    let own = [],
      drawFlow = null;
    const seen = new IntersectionObserver(
      (es) => {
        if (es.some((e) => e.isIntersecting)) {
          seen.disconnect();
          drawFlow();
        }
      },
      { rootMargin: "600px" },
    );
    const tb = h("tbody");
    const mb = more(
      C,
      (c, i) => {
        const fl = c.flow,
          w = (d) => {
            const x = fl.window.filter((y) => y[2] === d);
            return x.length ? bytes(x[x.length - 1][3]) : "–";
          },
          k = (d) => {
            const x = fl.chunk.filter((y) => y[2] === d);
            return x.length ? I(x[x.length - 1][3]) : "128";
          },
          r = fl.pings.rtt.filter((x) => x != null).sort((a, b) => a - b),
          n = c.net || {};
        const cell = (l, ...v) => h("td", { class: "num", "data-l": l }, h("div", null, v));
        return h(
          "tr",
          null,
          cell("Connection", h("span", { css: { color: "var(" + ccol(i) + ")" } }, cname(i) + " "), wire(c.client)),
          cell("Sent ▶ ◀", bytes(c.bytes[0]) + " ▶ ◀ " + bytes(c.bytes[1])),
          cell("Chunk size", k(0) + " ▶ ◀ " + k(1)),
          cell("Window", w(0) + " ▶ ◀ " + w(1)),
          cell("Acks", fl.acks.map((a) => I(a.t.length)).join(" ▶ ◀ ")),
          cell(
            "Pings",
            fl.pings.t.length
              ? [
                  r.length ? ms(r[Math.floor(r.length / 2)]) + " (" + ms(r[0]) + "–" + ms(r[r.length - 1]) + ")" : "",
                  r.length < fl.pings.t.length
                    ? h("span", { class: "tag w" }, fl.pings.t.length - r.length + " unanswered")
                    : "",
                ]
              : "–",
          ),
          cell(
            "TCP",
            n.rtt_us != null ? "rtt " + ms(n.rtt_us) : "",
            n.retransmissions ? h("span", { class: "tag w" }, n.retransmissions + " sent again") : "",
            n.lost ? h("span", { class: "tag e" }, n.lost + " not captured") : "",
            n.zero_window ? h("span", { class: "tag e" }, n.zero_window + " zero window") : "",
          ),
        );
      },
      50,
      tb,
    );
    s.append(
      grid(
        "cards",
        heads(["Connection", "Sent", "Chunk size", "Window announced", "Acknowledgements", "Ping round trip", "TCP"]),
        tb,
      ),
      mb || "",
      h("p", { class: "dim" }, "▶ by the client, ◀ by the server."),
    );
    const best = C.findIndex((c) => c.flow.acks.some((a) => a.t.length) || c.flow.pings.t.length);
    if (best >= 0) {
      /* charts of one connection */ if (pick) {
        pick.value = String(best);
        s.append(h("div", { class: "bar" }, pick));
      }
      s.append(box);
      drawFlow = () => {
        drop(own);
        box.replaceChildren();
        const c = C[pick ? +pick.value : best],
          fl = c.flow,
          full = [c.t[0] / 1e6, Math.max(c.t[1], c.t[0] + 1) / 1e6];
        const two = h("div", { class: "two" });
        box.append(two);
        fl.acks.forEach((a) => {
          if (!a.t.length) return;
          const d = h("div");
          two.append(d);
          const t = undelta(a.t),
            f = undelta(a.f);
          own.push(
            chart(
              d,
              a.dir ? "Client sent, server acknowledged" : "Server sent, client acknowledged",
              "kB",
              [
                {
                  name: "sent",
                  x: undelta(a.sent_t),
                  y: undelta(a.sent).map((v) => v / 1e3),
                  color: "--video",
                  step: true,
                },
                { name: "acknowledged", x: t, y: a.acked.map((v) => v / 1e3), f, color: "--av", step: true },
              ],
              { full, zero: true, unit: "kB" },
            ),
            chart(
              d,
              "Outstanding at each acknowledgement",
              a.window ? "kB; dashed: window of " + bytes(a.window) : "kB",
              [{ name: "outstanding", x: t, y: a.outstanding.map((v) => v / 1e3), f, color: "--audio" }],
              {
                full,
                zero: true,
                limit: a.window ? a.window / 1e3 : null,
                range: a.window ? [0, (1.1 * Math.max(a.window, ...a.outstanding)) / 1e3] : null,
                unit: "kB",
              },
            ),
          );
        });
        const P = fl.pings,
          ok = [...P.t.keys()].filter((i) => P.rtt[i] != null);
        if (ok.length > 1) {
          const d = h("div");
          two.append(d);
          own.push(
            chart(
              d,
              "Ping round trip",
              "ms",
              [
                {
                  name: "round trip",
                  x: ok.map((i) => P.t[i]),
                  y: ok.map((i) => P.rtt[i] / 1e3),
                  f: ok.map((i) => P.f[i]),
                  color: "--c3",
                  points: true,
                },
              ],
              { full, zero: true, unit: "ms" },
            ),
          );
        }
        own = own.filter(Boolean);
        if (!own.length) two.remove();
        box.append(listed(c));
      };
      if (pick) pick.addEventListener("change", drawFlow);
      DARK.addEventListener("change", () => own.length && drawFlow());
      seen.observe(box);
      addEventListener("beforeprint", () => {
        if (CHARTS && !own.length) drawFlow();
      });
    }
  }
}
