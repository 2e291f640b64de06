/* ---- sections */
const main = document.getElementById("main"),
  nav = document.getElementById("nav");
function section(id, title, lead, has) {
  const s = h(
    "section",
    { id, "aria-labelledby": id + "-h" },
    h("h2", { id: id + "-h" }, title),
    lead && has ? h("p", { class: "lead" }, lead) : null,
  );
  main.append(s);
  nav.append(h("a", { href: "#" + id, class: has ? "" : "off" }, title));
  return s;
}
const copy = (txt, b) => {
  const done = (ok) => {
    b.textContent = ok ? "Copied" : "Select it";
    setTimeout(() => (b.textContent = "Copy"), 1400);
  };
  const old = () => {
    const t = h("textarea", { value: txt });
    document.body.append(t);
    t.select();
    let ok = false;
    try {
      ok = document.execCommand("copy");
    } catch (e) {}
    t.remove();
    done(ok);
  };
  navigator.clipboard ? navigator.clipboard.writeText(txt).then(() => done(true), old) : old();
};
const filter = (f) => {
  const b = h("button", { type: "button", "aria-label": "Copy filter " + short(f, 60) }, "Copy");
  b.addEventListener("click", () => copy(f, b));
  return h("div", { class: "flt" }, h("code", null, plain(f)), b);
};
/* heads of columns; r(i): column i is set to the right */
const heads = (labels, r) => labels.map((l, i) => h("th", { scope: "col", class: r && r(i) ? "r" : null }, l));
/* a table that scrolls by itself where it is too wide */
const grid = (cls, head, body) =>
  h("div", { class: "tw" }, h("table", { class: cls }, h("thead", null, h("tr", null, head)), body));
/* a choice of one of several connections; null: there is nothing to choose */
const picker = (connections, first) =>
  connections.length > 1
    ? h(
        "select",
        { "aria-label": "Connection" },
        first,
        connections.map((c) => h("option", { value: String(c) }, cname(c) + " " + short(ENDS[c] && ENDS[c].client, 30))),
      )
    : null;
/* more: the first n, the others on demand */
function more(list, make, n, into) {
  const put = (a, b) => {
    const f = document.createDocumentFragment();
    for (let i = a; i < b; i++) f.append(make(list[i], i));
    into.append(f);
  };
  put(0, Math.min(n, list.length));
  if (list.length <= n) return null;
  let at = n;
  const b = h("button", { type: "button", class: "noprint" });
  const say = () => (b.textContent = "Show " + I(Math.min(500, list.length - at)) + " more of " + I(list.length - at));
  say();
  b.addEventListener("click", () => {
    const to = Math.min(at + 500, list.length);
    put(at, to);
    at = to;
    at < list.length ? say() : b.remove();
  });
  return b;
}
