/* ---- header */
if (!RTMP) document.title = document.getElementById("title").textContent = "Flash Remoting report";
const nsev = [0, 1, 2].map((s) => F.sev.filter((x) => x === s).length);
if (D.file.name) {
  document.title = plain(D.file.name) + " – RTMP report";
  document.getElementById("title").replaceChildren(wire(D.file.name));
}
document.getElementById("meta").append(
  "Captured " +
    new Date(+D.file.start * 1e3)
      .toISOString()
      .replace("T", " ")
      .replace(/\.\d+Z/, " UTC") +
    " · " +
    clock(TOTAL, 1) +
    " · " +
    I(D.file.frames) +
    " frames · " +
    bytes(D.file.bytes) +
    " · " +
    D.tool,
);
const fact = (n, l, c) => h("li", { class: c }, h("b", null, n), h("span", null, l));
document
  .getElementById("facts")
  .append(
    ...[
      NOTHING ? fact("–", "no RTMP recognised") : null,
      !NOTHING && nsev[0] + nsev[1] === 0
        ? fact("✔", nsev[2] ? "no error, no warning" : "nothing wrong found", "ok")
        : null,
      nsev[0] ? fact(nsev[0], nsev[0] > 1 ? "errors" : "error", "s0") : null,
      nsev[1] ? fact(nsev[1], nsev[1] > 1 ? "warnings" : "warning", "s1") : null,
      nsev[2] ? fact(nsev[2], nsev[2] > 1 ? "notes" : "note") : null,
      ...(RTMP
        ? [
            fact(I(C.length), "connection" + (C.length === 1 ? "" : "s")),
            fact(
              I(S.filter((s) => s.role === "publish").length) + " + " + I(S.filter((s) => s.role !== "publish").length),
              "published + played",
            ),
            fact(I(K.http.filter((x) => x == null).length), "commands"),
            fact(I(O.length), "SharedObject" + (O.length === 1 ? "" : "s")),
          ]
        : []),
      ...(H.length
        ? [
            fact(I(H.length), "HTTP connection" + (H.length === 1 ? "" : "s")),
            ...[
              ["call", "calls"],
              ["reply", "replies"],
            ].map(([one, many], side) => {
              const n = H.reduce((sum, x) => sum + x.messages[side], 0);
              return fact(I(n), "Flash Remoting " + (n === 1 ? one : many));
            }),
          ]
        : []),
    ].filter(Boolean),
  );
