// The page of a layer: draws the units near the window, follows the controls, the address and the keys.
"use strict";

atlas.start = (layer) => {
  const find = (id) => document.getElementById(id);
  const [feed, status, nothing] = [find("feed"), find("status"), find("nothing")];
  const controls = { query: find("query"), sort: find("sort"), filter: find("filter") };
  const toggles = { descending: find("order"), compact: find("rows") };
  const defaults = { query: "", sort: "channel", filter: "all", descending: false, compact: false };
  const cards = Array.from({ length: layer.units }, (_, unit) => new atlas.Card(layer, unit));
  const cardOfChannel = new Map(cards.map((card) => [card.channel, card]));
  let shown = [];
  let current = null;

  const near = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) isIntersecting ? target.card.fill() : target.card.empty();
  }, { rootMargin: "100% 0px" });

  // --- State: the controls are the state, the address repeats it -------------------------------------------------
  const state = () => ({
    query: controls.query.value, sort: controls.sort.value, filter: controls.filter.value,
    descending: toggles.descending.getAttribute("aria-pressed") === "true",
    compact: toggles.compact.getAttribute("aria-pressed") === "true",
  });
  const restore = (values) => {
    for (const [name, control] of Object.entries(controls)) {
      control.value = values[name];
      if (control.value !== values[name]) control.value = defaults[name];
    }
    for (const [name, button] of Object.entries(toggles)) button.setAttribute("aria-pressed", String(values[name]));
  };
  const fromAddress = () => {
    const parameters = new URLSearchParams(location.search);
    return {
      query: parameters.get("query") ?? "", sort: parameters.get("sort") ?? "channel",
      filter: parameters.get("filter") ?? "all", descending: parameters.has("descending"),
      compact: parameters.has("compact"),
    };
  };
  const toAddress = () => {
    const parameters = new URLSearchParams();
    for (const [name, value] of Object.entries(state())) {
      if (value !== defaults[name]) parameters.set(name, value === true ? "" : value);
    }
    const search = parameters.toString().replace(/=(?=&|$)/g, "");
    const hash = current ? `#${current.channel}` : "";
    try {
      history.replaceState(null, "", location.pathname + (search && `?${search}`) + hash);
    } catch { /* Some browsers keep the addresses of files to themselves; the page works without. */ }
  };

  // --- The list ---------------------------------------------------------------------------------------------------
  const update = () => {
    const chosen = state();
    document.body.classList.toggle("compact", chosen.compact);
    shown = atlas.select(layer, chosen).map((unit) => cards[unit]);
    near.disconnect();
    for (const card of cards) card.empty();
    feed.replaceChildren(...shown.map((card) => card.node));
    shown.forEach(({ node }, place) => {
      node.setAttribute("aria-posinset", String(place + 1));
      node.setAttribute("aria-setsize", String(shown.length));
      near.observe(node);
    });
    if (!shown.includes(current)) choose(shown[0] ?? null);
    nothing.hidden = shown.length > 0;
    status.textContent = shown.length === layer.units
      ? `${atlas.whole(layer.units)} units` : `${atlas.whole(shown.length)} of ${atlas.whole(layer.units)} units`;
  };

  /** Makes a unit the one that Tab enters. */
  const choose = (card) => {
    current?.node.setAttribute("tabindex", "-1");
    current = card;
    current?.node.setAttribute("tabindex", "0");
  };

  const go = (card, { focus = true } = {}) => {
    if (!card) return;
    choose(card);
    const place = shown.indexOf(card);
    for (const neighbour of shown.slice(Math.max(place - 2, 0), place + 3)) neighbour.fill();
    if (focus) card.node.focus({ preventScroll: true });
    card.node.scrollIntoView({ block: "start" });
    toAddress();
  };

  const followAddress = () => {
    let hash = location.hash.slice(1);
    try { hash = decodeURIComponent(hash); } catch { /* Not ours. */ }
    const found = /^(?:.*__)?(\d+)$/.exec(hash);
    const card = found && cardOfChannel.get(Number(found[1]));
    if (!card) {
      if (found) status.textContent = `There is no unit ${found[1]} in this layer.`;
      return;
    }
    if (!shown.includes(card)) {
      restore({ ...defaults, compact: state().compact });
      update();
    }
    go(card);
    // Heights above were estimates until now.
    requestAnimationFrame(() => card.node.scrollIntoView({ block: "start" }));
  };

  // --- Events -------------------------------------------------------------------------------------------------------
  let pending = 0;
  controls.query.addEventListener("input", () => {
    clearTimeout(pending);
    pending = setTimeout(() => { update(); toAddress(); }, 120);
  });
  const changed = () => {
    current = null;
    update();
    toAddress();
  };
  controls.sort.addEventListener("change", () => {
    // Channels read upwards, everything else from the most.
    toggles.descending.setAttribute("aria-pressed", String(controls.sort.value !== "channel"));
    changed();
  });
  controls.filter.addEventListener("change", changed);
  for (const button of Object.values(toggles)) {
    button.addEventListener("click", () => {
      button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
      changed();
    });
  }
  find("tools").addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(pending);
    update();
    go(shown[0]);
  });
  find("clear").addEventListener("click", () => {
    restore({ ...defaults, compact: state().compact });
    changed();
    controls.query.focus();
  });
  feed.addEventListener("focusin", (event) => {
    const card = event.target.closest(".unit")?.card;
    if (card && card !== current) {
      choose(card);
      toAddress();
    }
  });
  window.addEventListener("hashchange", followAddress);

  restore(fromAddress());
  update();
  feed.removeAttribute("aria-busy");
  if (location.hash.length > 1) followAddress();
  atlas.listenToKeys({ find, shown: () => shown, current: () => current, go });
};
