/* What does not fit is said while it is typed. A browser would cut it off without a word, and the
   server refuses a form that is too large before it has read what stands in it. */
"use strict";

(function () {
  const LARGEST = 2_500_000; // bytes, within DATA_UPLOAD_MAX_MEMORY_SIZE: tests/test_admin_large.py
  const number = (value) => value.toLocaleString("en");
  const most = new WeakMap(); // how many characters fit into a field
  const fields = "input[maxlength], textarea[maxlength]";

  function noteOf(input) {
    const next = input.nextElementSibling;
    if (next?.classList.contains("too-long")) return next;
    const note = document.createElement("p");
    note.className = "too-long";
    note.setAttribute("aria-live", "polite");
    input.after(note);
    return note;
  }

  function fits(input) {
    const limit = most.get(input), value = input.value;
    // As Python counts them: an emoji is one character. Not looked at, where it cannot matter.
    const length = value.length <= limit || value.length > limit * 2 ? value.length : [...value].length;
    const wrong = length > limit;
    if (wrong || input.hasAttribute("aria-invalid")) {
      input.setAttribute("aria-invalid", wrong);
      noteOf(input).textContent = wrong
        ? `Too long: ${number(length)} characters, and ${number(limit)} fit. Nothing is lost; shorten it.` : "";
    }
    return !wrong;
  }

  function watch(input) {
    if (most.has(input) || input.maxLength < 0) return;
    most.set(input, input.maxLength);
    input.removeAttribute("maxlength");
  }

  /* As it is sent: a Chinese character takes nine bytes in most forms, a line end six. */
  function bytesOf(form) {
    const texts = [...new FormData(form)].filter(([, value]) => typeof value === "string")
      .map(([name, value]) => [name, value.replace(/\r?\n/g, "\r\n")]);
    if (form.enctype !== "multipart/form-data") return new URLSearchParams(texts).toString().length;
    return new TextEncoder().encode(texts.flat().join("")).length;
  }

  function complain(form, text) {
    const note = form.querySelector(":scope > .form-too-large") ?? document.createElement("p");
    note.className = "errornote form-too-large";
    note.setAttribute("role", "alert");
    note.textContent = text;
    form.prepend(note);
    note.scrollIntoView({ block: "center" });
  }

  window.fitsItsField = fits; // for scripts that fill one: they cause no event
  document.querySelectorAll(fields).forEach(watch);
  document.addEventListener("formset:added", (event) => event.target.querySelectorAll(fields).forEach(watch));
  document.addEventListener("input", ({ target }) => { if (most.has(target)) fits(target); });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    const wrong = [...form.elements].filter((input) => most.has(input) && !fits(input));
    if (wrong.length) {
      event.preventDefault();
      wrong[0].focus();
      return;
    }
    const bytes = bytesOf(form);
    if (bytes > LARGEST) {
      event.preventDefault();
      complain(form, `This form has ${number(bytes)} bytes, and ${number(LARGEST)} can be sent at once. Nothing is lost; shorten it.`);
    }
  }, true);
})();
