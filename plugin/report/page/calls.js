/* 4 calls */
{
  const s = section(
    "calls",
    "Calls",
    "What was called on each connection and how long the answer took. Arrows to the right go to the server.",
    K.t.length,
  );
  if (!K.t.length) s.append(h("p", { class: "empty" }, "No commands in this capture."));
  else {
    const overHttp = (i) => K.http[i] != null;
    /* a target such as /1/onResult is that of a reply */
    const isReply = (i) => (overHttp(i) ? K.dir[i] === 1 : /^(_result|_error)$/.test(K.name[i]));
    const names = new Map();
    K.name.forEach((n, i) => {
      if (isReply(i) || n === "onStatus" || (K.answer[i] == null && !overHttp(i))) return;
      const k = (overHttp(i) ? "http " : "") + K.dir[i] + n;
      let r = names.get(k);
      if (!r) names.set(k, (r = { name: (K.dir[i] ? "◀ " : "▶ ") + n, http: overHttp(i), n: 0, no: 0, bad: 0, t: [] }));
      r.n++;
      if (K.error[i] === 1) r.bad++;
      if (K.rt[i] != null) r.t.push(K.rt[i]);
      else if (K.answer[i] === 0) r.no++;
    });
    const longest = (r) => r.t[r.t.length - 1] || 0;
    const st = [...names.values()];
    st.forEach((r) => r.t.sort((a, b) => a - b));
    st.sort((a, b) => longest(b) - longest(a));
    const mx = Math.max(1, ...st.map(longest));
    const tb = h("tbody");
    const mb = more(
      st,
      (r) => {
        const q = (p) => r.t[Math.min(r.t.length - 1, Math.floor(p * r.t.length))];
        return h(
          "tr",
          null,
          h(
            "td",
            { class: "nm", "data-l": "Call" },
            h(
              "div",
              { class: "clip" },
              wire(r.name),
              r.http && C.length ? [" ", h("span", { class: "tag" }, "Flash Remoting")] : "",
            ),
          ),
          h("td", { class: "r num", "data-l": "Calls" }, I(r.n)),
          h("td", { class: "r num", "data-l": "Errors" }, r.bad ? h("span", { class: "badt" }, I(r.bad)) : ""),
          h("td", { class: "r num", "data-l": "No answer" }, r.no ? I(r.no) : ""),
          h("td", { class: "r num", "data-l": "Median" }, r.t.length ? ms(q(0.5)) : "–"),
          h(
            "td",
            { class: "num", "data-l": "Longest" },
            h(
              "div",
              null,
              r.t.length ? ms(longest(r)) : "–",
              r.t.length
                ? h("i", { class: "spark", css: { width: Math.max(1, (22 * longest(r)) / mx) + "px" } })
                : "",
            ),
          ),
        );
      },
      12,
      tb,
    );
    const stats = h(
      "div",
      null,
      grid("calls cards", heads(["Call", "Calls", "Errors", "No answer", "Median", "Longest"], (i) => i > 0 && i < 5), tb),
      mb || "",
      h(
        "p",
        { class: "dim" },
        !C.length
          ? "Calls and replies of Flash Remoting, over HTTP."
          : "publish and play are answered by their first onStatus. Many servers never answer releaseStream, FCPublish and deleteStream.",
      ),
    );
    const places = K.c.map((c, i) => ends(c, K.http[i]));
    const used = [...new Set(places)].sort((a, b) => a - b);
    const body = h("tbody");
    const holder = h("div");
    const pick = picker(used.filter((c) => c != null), h("option", { value: "-1" }, "all connections"));
    const draw = () => {
      body.replaceChildren();
      holder.replaceChildren();
      const w = pick ? +pick.value : -1;
      const rows = [...K.t.keys()].filter((i) => w < 0 || places[i] === w);
      let prev = null;
      const nb = more(
        rows,
        (i) => {
          const f = document.createDocumentFragment(),
            gap = prev == null ? 0 : K.t[i] - prev;
          prev = K.t[i];
          if (gap > 5e5)
            f.append(h("tr", { class: "gap" }, h("td", { colSpan: used.length > 1 ? 5 : 4 }, "⋮ " + (gap / 1e6).toFixed(1) + " s ⋮")));
          const n = K.name[i],
            ans = isReply(i),
            bad = n === "_error" || K.level[i] === "error" || (ans && K.error[i] === 1);
          f.append(
            h(
              "tr",
              null,
              h("td", { class: "time r num dim" }, clock(K.t[i])),
              h("td", { class: "frame r num dim opt" }, K.f[i]),
              used.length > 1
                ? h("td", { class: "end num", css: { color: "var(" + ccol(places[i]) + ")" } }, cname(places[i]))
                : "",
              h(
                "td",
                { class: "way" },
                h(
                  "div",
                  {
                    class:
                      "lane " + (K.dir[i] ? "d" : "u") + (bad ? " bad" : ans ? " ans" : n === "onStatus" ? " st" : ""),
                  },
                  wire(n),
                ),
              ),
              h(
                "td",
                { class: "arg" },
                h("span", { class: bad ? "badt" : "" }, K.arg[i] ? wire(K.arg[i]) : ""),
                " ",
                K.rt[i] != null
                  ? h("span", { class: "dim num" }, "answered after " + ms(K.rt[i]))
                  : ans && K.rf[i]
                    ? h("span", { class: "dim num" }, "to frame " + K.rf[i])
                    : K.answer[i] === 0 && (overHttp(i) || /^(connect|createStream)$/.test(n))
                      ? h("span", { class: "tag w" }, "no answer")
                      : "",
              ),
            ),
          );
          return f;
        },
        80,
        body,
      );
      if (nb) holder.append(nb);
    };
    if (pick) pick.addEventListener("change", draw);
    draw();
    s.append(
      h(
        "div",
        { class: "two wide" },
        h(
          "div",
          null,
          pick ? h("div", { class: "bar" }, pick) : "",
          grid(
            "lad",
            [
              h("th", { scope: "col", class: "time r" }, "Time"),
              h("th", { scope: "col", class: "frame r opt" }, "Frame"),
              used.length > 1 ? h("th", { scope: "col", class: "end" }, "#") : "",
              h("th", { scope: "col", class: "way", css: { textAlign: "center" } }, "client ⇄ server"),
              h("th", { scope: "col" }, "Argument or code"),
            ],
            body,
          ),
          holder,
        ),
        stats,
      ),
    );
  }
}
