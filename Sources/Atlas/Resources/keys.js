// The keyboard: between units, among the images of one, to the search and to the neighbouring layers.
"use strict";

atlas.listenToKeys = ({ find, shown, current, go }) => {
  const keys = find("keys");
  find("help").addEventListener("click", () => keys.showModal());

  const step = (by) => {
    const units = shown(), place = units.indexOf(current());
    go(units[Math.min(Math.max(place + by, 0), units.length - 1)]);
  };

  /** Moves among the images of a grid of three columns (nine in the compact view). */
  const move = (event, shot) => {
    const shots = [...shot.parentElement.children];
    const columns = shots.filter((other) => other.offsetTop === shot.offsetTop).length;
    const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[event.key];
    const place = event.key === "Home" ? 0 : event.key === "End" ? shots.length - 1 : shots.indexOf(shot) + by;
    if (Number.isNaN(place)) return;
    event.preventDefault();
    const next = shots[place];
    if (!next) return;
    shot.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || keys.open) return;
    const target = event.target;
    if (target.matches("input[type=search]")) {
      if (event.key === "Escape" && target.value === "") target.blur();
      return;
    }
    if (event.key === "Escape") {
      target.closest(".unit")?.focus();
      return;
    }
    if (target.matches(".shot") && /^(Arrow|Home$|End$)/.test(event.key)) return move(event, target);
    if (target.matches("select, input")) return;
    const action = {
      "/": () => { find("query").focus(); find("query").select(); },
      "?": () => keys.showModal(),
      "[": () => document.querySelector("a[rel=prev]")?.click(),
      "]": () => document.querySelector("a[rel=next]")?.click(),
      j: () => step(1), k: () => step(-1),
    }[event.key];
    const inFeed = target === document.body || target.matches(".unit, main");
    const motion = inFeed && {
      ArrowDown: () => step(document.activeElement === current()?.node ? 1 : 0),
      ArrowUp: () => step(-1),
      Home: () => go(shown()[0]), End: () => go(shown().at(-1)),
    }[event.key];
    if (!action && !motion) return;
    event.preventDefault();
    (action || motion)();
  });
};
