const D = JSON.parse(document.getElementById("data").textContent);
/* ---- text: nothing from the wire is ever parsed as markup; what cannot be seen is shown */
const ODD =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/;
const MAX = 400; /* the plugin cuts texts at 240 bytes; should one be longer, the page cuts it too */
const cut = (s) => {
  s = String(s);
  return s.length > MAX ? s.slice(0, MAX) + "… (" + s.length + " characters)" : s;
};
function parts(s) {
  s = cut(s);
  if (!ODD.test(s)) return [s];
  const out = [];
  let run = "";
  for (const ch of s) {
    if (ODD.test(ch)) {
      if (run) out.push(run);
      run = "";
      const e = document.createElement("span");
      e.className = "esc";
      e.textContent = "U+" + ch.codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
      out.push(e);
    } else run += ch;
  }
  if (run) out.push(run);
  return out;
}
function h(tag, props, ...kids) {
  const e = document.createElement(tag);
  for (const k in props || {}) {
    const v = props[k];
    if (v == null || v === false) continue;
    if (k === "class") e.className = v;
    else if (k === "on") for (const n in v) e.addEventListener(n, v[n]);
    else if (k === "css") Object.assign(e.style, v);
    else if (k in e && k !== "colSpan0" && !k.includes("-")) e[k] = v;
    else e.setAttribute(k, v === true ? "" : v);
  }
  for (const c of kids.flat(9))
    if (c != null && c !== false) e.append(c instanceof Node ? c : document.createTextNode(String(c)));
  return e;
}
const wire = (s) => (s == null ? h("span", { class: "dim" }, "–") : h("bdi", { dir: "auto" }, parts(s)));
const plain = (s) =>
  cut(s).replace(
    new RegExp(ODD.source, "g"),
    (c) => "<U+" + c.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0") + ">",
  );
const short = (s, n) => {
  s = s == null ? "–" : plain(s);
  return s.length > n ? s.slice(0, n - 1) + "…" : s;
};
/* ---- numbers */
const I = (x, d = 0) =>
  x == null || !isFinite(x) ? "–" : x.toLocaleString("en-US", { maximumFractionDigits: d, minimumFractionDigits: 0 });
function bits(b) {
  return b == null || !isFinite(b) ? "–" : b >= 1e6 ? I(b / 1e6, 2) + " Mb/s" : I(b / 1e3, b < 1e5 ? 1 : 0) + " kb/s";
}
function bytes(b) {
  return b == null ? "–" : b >= 1e6 ? I(b / 1e6, 2) + " MB" : b >= 1e4 ? I(b / 1e3, 1) + " kB" : I(b) + " B";
}
function ms(u) {
  return u == null
    ? "–"
    : u >= 1e7
      ? I(u / 1e6, 1) + " s"
      : u >= 1e4
        ? I(u / 1e3, 0) + " ms"
        : u >= 1e3
          ? I(u / 1e3, 1) + " ms"
          : I(u) + " µs";
}
const TOTAL = Math.max(1, D.file.duration || 0);
function clock(u, d) {
  if (d == null) d = TOTAL < 6e7 ? 3 : 1;
  const s = Math.round((u / 1e6) * 10 ** d) / 10 ** d;
  if (TOTAL < 6e7) return s.toFixed(d) + " s";
  const hh = Math.floor(s / 3600),
    mm = Math.floor(s / 60) % 60,
    ss = (s % 60).toFixed(d).padStart(d ? 3 + d : 2, "0");
  return (hh || TOTAL >= 36e8 ? hh + ":" + String(mm).padStart(2, "0") : mm) + ":" + ss;
}
const undelta = (a) => {
  const o = new Array(a.length);
  let x = 0;
  for (let i = 0; i < a.length; i++) o[i] = x += a[i];
  return o;
};
const css = (n) => getComputedStyle(document.documentElement).getPropertyValue(n).trim();
const SEV = ["Error", "Warning", "Note"],
  ICON = ["✖", "▲", "●"];
const ccol = (c) => "--c" + (c % 8);
const C = D.connections || [],
  S = D.streams || [],
  F = D.findings,
  K = D.calls,
  H = D.http || [],
  O = D.objects || [];
/* connections of RTMP and, behind them, of HTTP with Flash Remoting */
const ENDS = [...C, ...H];
const cname = (c) => (C[c] ? "#" + C[c].number : ENDS[c] && ENDS[c].tcp != null ? "TCP " + ENDS[c].tcp : "?");
/* row i of calls or findings: its place there */
const ends = (c, http) => (http == null ? c : C.length + http);
/* false: Flash Remoting and nothing else */
const RTMP = C.length || !H.length;
/* nothing was recognised, and so nothing is found to be right */
const NOTHING = !ENDS.length && !F.sev.length;
