/* 2 connections and streams */
if (RTMP) {
  const s = section("streams", "Connections and streams", null, C.length);
  if (!C.length) s.append(h("p", { class: "empty" }, "No RTMP connection in this capture."));
  else {
    const pc = (u) => (100 * Math.max(0, Math.min(1, u / TOTAL))).toFixed(3) + "%";
    const g = h("div", { class: "gantt" });
    const perC = C.map(() => []);
    S.forEach((x, i) => perC[x.c] && perC[x.c].push(i));
    const row = (c, i) => {
      const tr = h("div", { class: "gt" });
      tr.append(
        h("div", { class: "gc", css: { left: pc(c.t[0]), width: "calc(" + pc(c.t[1]) + " - " + pc(c.t[0]) + ")" } }),
      );
      perC[i].slice(0, 8).forEach((si, n) => {
        const x = S[si],
          bad = x.status.some((y) => y[2] === "error"),
          top = 15 + n * 23 + "px";
        tr.append(
          h(
            "button",
            {
              type: "button",
              class: "gs " + x.role + (bad ? " bad" : ""),
              title: x.role + " " + plain(x.name ?? "?"),
              css: { left: pc(x.t[0]), width: "calc(" + pc(x.t[1]) + " - " + pc(x.t[0]) + ")", top },
              on: { click: () => focusAt(si, null, true) },
            },
            (x.t[1] - x.t[0]) / TOTAL < 0.04 ? "" : (x.role === "publish" ? "▲ " : "▼ ") + short(x.name, 60),
          ),
        );
        (x.stalls ? x.stalls.t : [])
          .slice(0, 200)
          .forEach((t, j) =>
            tr.append(
              h("i", { class: "gst", css: { left: pc(t), width: "calc(" + pc(x.stalls.len[j]) + " + 1px)", top } }),
            ),
          );
      });
      tr.style.minHeight = (perC[i].length ? 18 + Math.min(8, perC[i].length) * 23 : 22) + "px";
      F.sev.forEach((v, j) => {
        if (F.conn[j] === i && F.t[j] != null) {
          tr.append(
            h(
              "a",
              {
                class: "gm s" + v,
                href: "#f" + j,
                title: SEV[v] + ": " + plain(F.title[j]),
                css: { left: pc(F.t[j]), textDecoration: "none" },
              },
              ICON[v],
            ),
          );
        }
      });
      return h(
        "div",
        { class: "gr" },
        h(
          "div",
          { class: "gl" },
          h("b", null, h("span", { css: { color: "var(" + ccol(i) + ")" } }, cname(i) + " "), wire(c.client)),
          h("span", null, "→ ", wire(c.server), " ", c.app != null ? ["app ", wire(short(c.app, 40))] : ""),
          h("span", { css: { display: "block" } }, c.agent ? wire(short(c.agent, 44)) : ""),
        ),
        tr,
      );
    };
    const gb = more(C, row, 40, g);
    const ax = h("div", { class: "axis" });
    for (let i = 0; i <= 4; i++)
      ax.append(h("span", { css: { left: i * 25 + "%" } }, clock((TOTAL * i) / 4, TOTAL < 6e7 ? 1 : 0)));
    g.append(h("div", { class: "gr" }, h("div"), ax));
    const sw = (c, t) => h("span", null, h("i", { class: "sw", css: { background: "var(" + c + ")" } }), t);
    s.append(
      g,
      gb || "",
      h(
        "div",
        { class: "key" },
        sw("--tcp", "TCP connection"),
        sw("--video", "▲ published"),
        sw("--av", "▼ played"),
        sw("--err", "refused"),
        h("span", null, "hatched: no media arrived · ✖▲● findings"),
      ),
    );
    if (S.length) {
      const tb = h("tbody");
      const L = ["Stream", "Who", "Video", "Audio", "Duration", "First picture", "Ended"];
      const b = more(
        S,
        (x, i) => {
          const c = C[x.c] || {},
            v = x.video,
            a = x.audio,
            e = x.ends[0],
            bad = x.status.find((y) => y[2] === "error");
          const dur = Math.max((v && v.duration) || 0, (a && a.duration) || 0);
          const ki = v && v.key_interval;
          const cell = (l, cls, ...k) => h("td", { class: cls, "data-l": l }, h("div", null, k));
          return h(
            "tr",
            { class: bad ? "bad" : "" },
            cell(
              L[0],
              "",
              h("b", null, wire(x.name)),
              h(
                "div",
                { class: "dim" },
                x.role === "publish" ? "▲ publish" : "▼ play",
                x.type ? [" (", wire(x.type), ")"] : "",
                " in ",
                wire(x.app),
              ),
            ),
            cell(
              L[1],
              "",
              h("span", { css: { color: "var(" + ccol(x.c) + ")" } }, cname(x.c) + " "),
              wire(c.client),
              h("div", { class: "dim" }, wire(c.agent)),
            ),
            cell(
              L[2],
              "num",
              v
                ? [
                    h("b", { css: { color: "var(--video)" } }, wire(v.codec)),
                    v.width ? " " + I(v.width) + "×" + I(v.height) : "",
                    h("div", null, v.fps != null ? I(v.fps, 2) + " fps · " : "", bits(v.bit_rate)),
                    h(
                      "div",
                      { class: "dim" },
                      ki
                        ? "key every " +
                            (ki[0] === ki[2] ? I(ki[1] / 1000, 2) : I(ki[0] / 1000, 2) + "–" + I(ki[2] / 1000, 2)) +
                            " s"
                        : v.keys
                          ? I(v.keys) + " key frame" + (v.keys > 1 ? "s" : "")
                          : v.n
                            ? h("span", { class: "badt" }, "no key frame")
                            : "no coded frame",
                    ),
                  ]
                : h("span", { class: "dim" }, "–"),
            ),
            cell(
              L[3],
              "num",
              a
                ? [
                    h("b", { css: { color: "var(--audio)" } }, wire(a.codec)),
                    a.rate ? " " + I(a.rate / 1000, 1) + " kHz" : "",
                    a.channels
                      ? a.channels === 1
                        ? " mono"
                        : a.channels === 2
                          ? " stereo"
                          : " " + a.channels + " ch"
                      : "",
                    h("div", null, bits(a.bit_rate)),
                  ]
                : h("span", { class: "dim" }, "–"),
            ),
            cell(L[4], "num", dur ? clock(dur * 1e3, 1) : "–"),
            cell(L[5], "num", v && v.first_key != null ? ms(v.first_key * 1e3) : "–"),
            cell(
              L[6],
              "",
              x.open
                ? h("span", { class: "tag" }, "still running at the end of the capture")
                : !e
                  ? h("span", { class: "dim" }, "with its connection")
                  : [
                      h("span", { class: bad || /^(FIN|RST)/.test(e[2]) ? "badt" : "" }, wire(e[2])),
                      h("div", { class: "dim num" }, clock(e[1]) + " · frame " + e[0]),
                      x.silence >= 2e6 ? h("div", { class: "dim" }, "silent for ", ms(x.silence), " before") : "",
                      x.ends[1] && x.ends[1][0] !== e[0] && x.ends[1][2] !== "capture end"
                        ? h("div", { class: "dim" }, "then ", wire(x.ends[1][2]))
                        : "",
                    ],
            ),
          );
        },
        100,
        tb,
      );
      s.append(grid("cards", heads(L), tb), b || "");
    }
  }
}
