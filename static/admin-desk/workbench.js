/* Select words in the text, with the mouse or the keyboard, and say what claim they make. */
"use strict";

(function () {
  const text = document.getElementById("article-text");
  const form = document.getElementById("mark-form");
  if (!text) return;
  const pristine = text.innerHTML;
  const field = (name) => form && form.elements[name];
  let positions = window.textPositions(text);
  let chosen = null;

  // --- A text to move in, which cannot be written in ---

  text.contentEditable = "true";
  text.spellcheck = false;
  text.setAttribute("role", "textbox");
  text.setAttribute("aria-multiline", "true");
  text.setAttribute("aria-readonly", "true");
  for (const kind of ["beforeinput", "paste", "cut", "drop", "dragstart"]) {
    text.addEventListener(kind, (event) => event.preventDefault());
  }
  text.addEventListener("compositionend", () => { // the one way of writing that cannot be refused
    text.innerHTML = pristine;
    positions = window.textPositions(text);
  });

  // --- The selection ---

  const whole = () => positions.textBetween(0, positions.length);

  function timesOf(quote) {
    const all = whole();
    let times = 0;
    for (let at = all.indexOf(quote); at >= 0; at = all.indexOf(quote, at + 1)) times += 1;
    return times;
  }

  function paint(range) {
    if (window.Highlight && CSS.highlights) {
      if (range) CSS.highlights.set("chosen", new Highlight(range));
      else CSS.highlights.delete("chosen");
    }
  }

  function say(words) {
    const place = document.getElementById("place");
    if (place) place.textContent = words;
  }

  const CONTEXT = 32; // as much as is stored of the words around

  function sayWhere(start, end) {
    const before = positions.textBetween(Math.max(0, start - CONTEXT), start);
    const after = positions.textBetween(end, end + CONTEXT);
    const times = timesOf(positions.textBetween(start, end));
    say(`Characters ${start}–${end}, in “…${before} [ ] ${after}…”` +
      (times > 1 ? ` These words occur ${times} times; the selected ones are meant.` : ""));
  }

  function sectionAt(start) {
    const sections = JSON.parse(form.dataset.sections);
    const heading = sections.findLast(([at]) => at <= start);
    return heading ? heading[1] : "";
  }

  function choose(start, end) {
    const quote = positions.textBetween(start, end);
    if (!form || !quote.trim()) return;
    chosen = { start, end };
    field("snapshot").value = form.dataset.snapshot;
    field("start").value = start;
    field("end").value = end;
    field("quote").value = quote;
    field("section").value = sectionAt(start);
    document.getElementById("ways").hidden = false;
    sayWhere(start, end);
    paint(positions.range(start, end));
    scrollPanel(0);
    window.fitsItsField(field("quote"));
    ask(quote);
  }

  function forget() {
    chosen = null;
    field("start").value = field("end").value = "";
    paint(null);
    say(field("quote").value.trim()
      ? "Without a position: these words must occur exactly once in the text." : "");
  }

  let waiting = 0;
  document.addEventListener("selectionchange", () => {
    clearTimeout(waiting);
    waiting = setTimeout(readSelection, 60);
  });

  function readSelection() {
    const selection = document.getSelection();
    if (!selection.rangeCount || !text.contains(selection.anchorNode)) return;
    const range = selection.getRangeAt(0);
    if (!text.contains(range.startContainer) || !text.contains(range.endContainer)) return;
    if (range.collapsed) return showMark(range.startContainer);
    const { start, end } = positions.read(range);
    choose(start, end);
  }

  function caret() {
    const selection = document.getSelection();
    if (!selection.rangeCount || !text.contains(selection.focusNode)) return 0;
    const range = document.createRange();
    range.setStart(selection.focusNode, selection.focusOffset);
    return positions.read(range).start;
  }

  function select(start, end) {
    const range = positions.range(start, end);
    const selection = document.getSelection();
    text.focus({ preventScroll: true });
    selection.removeAllRanges();
    selection.addRange(range);
    const box = range.getBoundingClientRect();
    if (box.top < 0 || box.bottom > innerHeight) {
      scrollBy({ top: box.top - innerHeight / 3 });
    }
  }

  function selectSentence() {
    const all = [...whole()];
    const ends = (at) => /[。！？!?\n]/.test(all[at]) ||
      all[at] === "." && /\s/.test(all[at + 1] || " ");
    let start = Math.min(caret(), all.length - 1);
    while (start < all.length - 1 && /\s/.test(all[start])) start += 1;
    let end = start;
    while (start > 0 && !ends(start - 1)) start -= 1;
    while (end < all.length && !ends(end)) end += 1;
    if (end < all.length && all[end] !== "\n") end += 1;
    while (start < end && /\s/.test(all[start])) start += 1;
    if (start < end) select(start, end);
  }

  // --- Marks ---

  const signs = [...text.querySelectorAll(".sign")];
  const startOf = (sign) => {
    let piece = sign.nextElementSibling;
    while (piece && piece.dataset.at === undefined) piece = piece.nextElementSibling;
    return piece ? Number(piece.dataset.at) : 0;
  };
  const starts = signs.map(startOf);

  function step(forward) {
    const at = caret();
    const next = forward ? starts.find((start) => start > at)
      : starts.findLast((start) => start < at);
    if (next !== undefined) select(next, next);
  }

  let current = [];
  const panel = document.querySelector(".workbench-panel");
  const scrollPanel = (top) => { panel.scrollTop = top; };

  function showMark(node) {
    const piece = (node.nodeType === Node.TEXT_NODE ? node.parentElement : node).closest("[data-marks]");
    for (const entry of current) entry.classList.remove("current");
    const keys = piece ? piece.dataset.marks.split(" ") : [];
    current = keys.map((key) => document.getElementById("at-" + key)).filter(Boolean);
    for (const entry of current) entry.classList.add("current");
    if (current.length) scrollPanel(current[0].offsetTop - panel.clientHeight / 2);
  }

  function goToMark(key) {
    const index = signs.findIndex((sign) => sign.id === "mark-" + key);
    if (index < 0) return;
    select(starts[index], starts[index]);
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a.to-mark");
    if (!link) return;
    event.preventDefault();
    history.replaceState(null, "", link.hash);
    goToMark(link.hash.slice("#mark-".length));
  });

  // --- Keys ---

  function toNew() {
    if (chosen && field("statement")) field("statement").focus();
  }

  function toAttach() {
    const way = document.querySelector("#matches button, #attach-part .select2-selection");
    if (chosen && way) way.focus();
  }

  const KEYS = {
    n: toNew, Enter: toNew, a: toAttach, s: selectSentence,
    j: () => step(true), k: () => step(false),
  };

  text.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const act = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act) return;
    event.preventDefault();
    clearTimeout(waiting);
    readSelection();
    act();
  });

  // --- The form ---

  let ask = () => {};
  function attachButton(item, match) {
    if (!match.claim) return;
    const button = document.createElement("button");
    Object.assign(button, { name: "attach_to", value: match.claim, textContent: "Attach" });
    item.append(" ", button);
  }

  function prepareForm() {
    field("quote").addEventListener("input", forget);
    const list = document.getElementById("matches");
    if (list) {
      const shownBefore = [...list.childNodes];
      ask = window.similarClaims(form.dataset.similar, list, attachButton);
      if (shownBefore.length) list.append(...shownBefore);
    }
    if (field("statement")) {
      field("statement").addEventListener("input", (event) => ask(event.target.value));
    }
    document.getElementById("way-new")?.addEventListener("click", toNew);
    document.getElementById("way-attach")?.addEventListener("click", toAttach);
    form.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      if (chosen) select(chosen.start, chosen.end);
      else text.focus();
    });
  }

  function restore() {
    const start = Number(field("start").value), end = Number(field("end").value);
    const same = field("snapshot").value === form.dataset.snapshot;
    if (same && end > start && end <= positions.length) {
      chosen = { start, end };
      document.getElementById("ways").hidden = false;
      paint(positions.range(start, end));
      sayWhere(start, end);
    } else if (field("quote").value) forget();
    form.querySelector(".errors textarea, .errors input")?.focus();
  }

  if (form) {
    prepareForm();
    restore();
  }
  if (location.hash.startsWith("#mark-")) goToMark(location.hash.slice("#mark-".length));
})();
