/* footer, printing, current section */
{
  const lo = Object.entries(D.left_out || {}).filter((x) => x[1]);
  document
    .getElementById("foot")
    .append(
      h(
        "p",
        null,
        lo.length ? "Left out to keep this page small: " + lo.map((x) => I(x[1]) + " " + x[0]).join(", ") + ". " : "",
        "Times are seconds since the first frame of the capture. This file is complete in itself and loads nothing.",
      ),
      CHARTS
        ? h(
            "details",
            null,
            h("summary", null, "Licences"),
            h("pre", null, document.getElementById("licence").content.textContent),
          )
        : "",
    );
  /* a canvas that is drawn anew while printing prints empty: what is there is scaled to the paper */
  const each = (f) => document.querySelectorAll(".ch").forEach(f);
  addEventListener("beforeprint", () => {
    const z = Math.min(1, 680 / (main.clientWidth - 40));
    each((e) => {
      e.style.width = e.clientWidth + "px";
      e.style.height = e.clientHeight + "px";
      e.style.zoom = z;
    });
  });
  addEventListener("afterprint", () =>
    each((e) => {
      e.style.width = e.style.height = e.style.zoom = "";
    }),
  );
  const links = [...nav.querySelectorAll("a")],
    io = new IntersectionObserver(
      (es) => {
        for (const e of es)
          if (e.isIntersecting)
            links.forEach((a) => {
              const on = a.hash === "#" + e.target.id;
              a.classList.toggle("on", on);
              on ? a.setAttribute("aria-current", "true") : a.removeAttribute("aria-current");
            });
      },
      { rootMargin: "-20% 0px -70% 0px" },
    );
  main.querySelectorAll("section").forEach((s) => io.observe(s));
}
