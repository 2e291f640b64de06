/* 1 findings */
{
  const s = section(
    "findings",
    "Findings",
    F.sev.length
      ? "Most severe first. Paste the filter into Wireshark’s filter bar; the frame number is where to look first."
      : null,
    F.sev.length,
  );
  if (NOTHING)
    s.append(
      h(
        "p",
        { class: "empty" },
        "No RTMP was recognised, so that this page says nothing of the capture. RTMP is recognised by its handshake on any port; " +
          "where that is missing, on the ports of the preference rtmpx.tcp.port, or by Decode As.",
      ),
    );
  else if (!F.sev.length) s.append(h("p", { class: "none" }, "✔ Nothing wrong was found in what this capture holds."));
  else {
    const ul = h("ol", { class: "find" });
    const b = more(
      [...F.sev.keys()],
      (i) => {
        const st = F.stream[i],
          cn = ends(F.conn[i], F.http[i]);
        const where = [
          F.t[i] != null && clock(F.t[i]),
          "frame " + F.frame[i],
          F.count[i] > 1 && "×" + I(F.count[i]),
          cn != null && "connection " + cname(cn),
        ]
          .filter(Boolean)
          .join(" · ");
        return h(
          "li",
          { class: "s" + F.sev[i], id: "f" + i },
          h("div", { class: "sev" }, ICON[F.sev[i]] + " " + SEV[F.sev[i]]),
          h(
            "div",
            { class: "t" },
            h("b", null, wire(F.title[i]), F.so[i] != null ? [": ", wire(F.so[i])] : null),
            F.detail[i] ? h("div", { class: "clip" }, wire(F.detail[i])) : null,
            h(
              "div",
              { class: "d num" },
              where,
              st != null && S[st] && (S[st].video || S[st].audio)
                ? [
                    " · ",
                    h(
                      "a",
                      { href: "#timing", css: { color: "var(--sel)" }, on: { click: () => focusAt(st, F.t[i]) } },
                      "show in time",
                    ),
                  ]
                : null,
              F.so[i] != null
                ? [" · ", h("a", { href: "#objects", css: { color: "var(--sel)" } }, "show object")]
                : null,
            ),
          ),
          filter(F.filter[i]),
        );
      },
      60,
      ul,
    );
    s.append(ul, b || "");
  }
}
