// The index: finds layers by their names and opens units by theirs, in either spelling.
"use strict";

(() => {
  const rows = [...document.querySelectorAll("tr[data-layer]")].map((row) => ({
    row, file: row.dataset.file, name: row.dataset.layer, study: row.dataset.layer.replaceAll(".", "_"),
  }));
  const query = document.getElementById("query");
  const status = document.getElementById("status");
  const nothing = document.getElementById("nothing");
  const total = status.textContent;

  /** The page of `layer__channel`, or of a layer; null when there is none. */
  const page = (text) => {
    const found = /^(.*?)(?:__(\d+))?$/.exec(text.trim());
    const layer = found && rows.find(({ name, study }) => name === found[1] || study === found[1]);
    if (!layer) return null;
    return `layers/${encodeURIComponent(layer.file)}.html${found[2] === undefined ? "" : `#${Number(found[2])}`}`;
  };

  const follow = () => {
    let hash = location.hash.slice(1);
    try { hash = decodeURIComponent(hash); } catch { /* Not ours. */ }
    if (!hash || document.getElementById(hash)) return;
    const address = page(hash);
    if (address) location.replace(address);
    else status.textContent = `There is no unit or layer ${hash} here.`;
  };

  const update = () => {
    const wanted = query.value.trim().toLowerCase().replace(/__\d*$/, "");
    let count = 0;
    for (const { row, name, study } of rows) {
      row.hidden = !name.toLowerCase().includes(wanted) && !study.toLowerCase().includes(wanted);
      if (!row.hidden) count++;
    }
    nothing.hidden = count > 0;
    status.textContent = count === rows.length ? total : `${count} of ${total}`;
  };

  query.addEventListener("input", update);
  document.getElementById("tools").addEventListener("submit", (event) => {
    event.preventDefault();
    const left = rows.filter(({ row }) => !row.hidden);
    const channel = /__(\d+)\s*$/.exec(query.value);
    const address = page(query.value)
      ?? (left.length === 1 ? `layers/${encodeURIComponent(left[0].file)}.html${channel ? `#${Number(channel[1])}` : ""}` : null);
    if (address) location.href = address;
    else status.textContent = left.length ? `${left.length} layers fit; write more of the name` : "No layer fits";
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input")) return;
    event.preventDefault();
    query.focus();
    query.select();
  });
  window.addEventListener("hashchange", follow);
  follow();
})();
