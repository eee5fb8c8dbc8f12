/* Where a point of the page is in the text, and back.

   The text is cut into pieces; each says at which code point it begins (data-at). Within a piece
   the page has the text as it is, but counts it in UTF-16; a piece with data-code stands for one
   character that cannot be seen, whatever it shows instead. */
"use strict";

window.textPositions = function (root) {
  const pieces = [...root.querySelectorAll("[data-at]")];
  const starts = pieces.map((piece) => Number(piece.dataset.at));

  const codePoints = (text) => {
    let number = 0;
    for (const _ of text) number += 1;
    return number;
  };

  const isUnseen = (piece) => piece.dataset.code !== undefined;
  const textOf = (piece) => isUnseen(piece)
    ? String.fromCodePoint(Number(piece.dataset.code)) : piece.textContent;
  const endOf = (index) => starts[index] + codePoints(textOf(pieces[index]));

  /* The first piece that does not end before this point of the page. */
  function indexAt(node, offset) {
    const range = document.createRange();
    let low = 0, high = pieces.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      range.selectNodeContents(pieces[middle]);
      if (range.comparePoint(node, offset) > 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /* The code point at a point of the page. */
  function offsetOf(node, offset) {
    const piece = (node.nodeType === Node.TEXT_NODE ? node.parentElement : node)
      .closest("[data-at]");
    if (!piece || !root.contains(piece)) {
      const index = indexAt(node, offset);
      return index < pieces.length ? starts[index] : pieces.length ? endOf(pieces.length - 1) : 0;
    }
    const before = document.createRange();
    before.selectNodeContents(piece);
    before.setEnd(node, offset);
    const text = before.toString();
    const start = Number(piece.dataset.at);
    if (!isUnseen(piece)) return start + codePoints(text);
    return start + (text && text.length === piece.textContent.length ? 1 : 0);
  }

  function indexOf(at) {
    let low = 0, high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle] <= at) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  function pointOf(at) {
    const piece = pieces[indexOf(at)];
    const node = piece.firstChild;
    if (!node) return [piece, 0];
    const left = at - Number(piece.dataset.at);
    if (isUnseen(piece)) return [node, left ? node.length : 0];
    return [node, [...node.data].slice(0, left).join("").length];
  }

  return {
    /* `{start, end, quote}` of a range inside the text. */
    read(range) {
      const start = offsetOf(range.startContainer, range.startOffset);
      const end = offsetOf(range.endContainer, range.endOffset);
      return { start, end, quote: this.textBetween(start, end) };
    },
    textBetween(start, end) {
      let text = "";
      for (let i = indexOf(start); i < pieces.length && starts[i] < end; i += 1) {
        const own = [...textOf(pieces[i])];
        text += own.slice(Math.max(0, start - starts[i]), end - starts[i]).join("");
      }
      return text;
    },
    range(start, end) {
      const range = document.createRange();
      range.setStart(...pointOf(start));
      range.setEnd(...pointOf(end));
      return range;
    },
    length: pieces.length ? endOf(pieces.length - 1) : 0,
  };
};
