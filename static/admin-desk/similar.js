/* While a statement is typed: known claims that are like it. Saving never waits for this. */
"use strict";

window.similarClaims = (function () {
  const PAUSE = 350; // ms without a key before the desk is asked
  const ENOUGH = 6; // letters, or half as many characters of Chinese
  const LONGEST = 1000;

  function element(name, properties, ...children) {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  }

  function row(match) {
    const badges = match.badges.flatMap(([kind, label]) => [
      element("span", { className: "badge " + kind, textContent: label }), " ",
    ]);
    const link = element("a", {
      href: match.href, target: "_blank", rel: "noopener", lang: match.language,
      textContent: match.statement,
    });
    const score = element("span", { className: "score", textContent: match.score + " %" });
    return element("li", {}, score, " ", ...badges, link);
  }

  function weight(text) {
    return [...text.trim()].reduce((sum, c) => sum + (c >= "\u2e80" ? 2 : 1), 0);
  }

  /* `ask(text)` fills `list` with what is like the text; `decorate(item, match)` may add to it. */
  function asker(address, list, decorate) {
    const heading = element("p", { className: "similar-heading quiet" });
    const items = element("ul", { className: "similar" });
    list.classList.add("similar-box");
    list.setAttribute("aria-live", "polite");
    list.replaceChildren(heading, items);
    let timer = 0, running = null, asked = "";

    function show(matches) {
      heading.textContent = matches.length ? "Similar claims that are known:" : "";
      items.replaceChildren(...matches.map((match) => {
        const item = row(match);
        if (decorate) decorate(item, match);
        return item;
      }));
    }

    async function fetchNow(text) {
      running = new AbortController();
      try {
        const url = new URL(address, location.href);
        url.searchParams.set("text", text);
        const answer = await fetch(url, { signal: running.signal });
        if (answer.ok) show((await answer.json()).matches);
      } catch (error) {
        if (error.name !== "AbortError") show([]); // no help is no harm
      }
    }

    return function (text) {
      text = text.slice(0, LONGEST).trim();
      if (text === asked) return;
      asked = text;
      clearTimeout(timer);
      if (running) running.abort();
      if (weight(text) < ENOUGH) show([]);
      else timer = setTimeout(fetchNow, PAUSE, text);
    };
  }

  /* The claim's form of the admin: each statement has a list below it. */
  function onClaimForm(form) {
    const claim = location.pathname.match(/\/claims\/claim\/(\d+)\/change\/$/);
    const root = location.pathname.replace(/(add|\d+\/change)\/$/, "");
    const address = root + "similar/" + (claim ? "?exclude=" + claim[1] : "");
    const asking = new WeakMap();
    form.addEventListener("input", (event) => {
      const field = event.target;
      if (!/^translations-\w+-statement$/.test(field.name)) return;
      if (!asking.has(field)) {
        const list = element("div", {});
        field.closest(".form-row").append(list);
        asking.set(field, asker(address, list));
      }
      asking.get(field)(field.value);
    });
  }

  document.addEventListener("DOMContentLoaded", () => {
    const form = document.getElementById("claim_form");
    if (form) onClaimForm(form);
  });
  return asker;
})();
