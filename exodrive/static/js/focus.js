// A block that is swapped takes the keyboard's place with it: go back to what says the same or leads the same way.
// Elements with an id are found again by htmx itself.
let left = null;

const same = (one) => one.href === left.href || one.textContent.trim() === left.words;

document.addEventListener("htmx:beforeSwap", () => {
  const at = document.activeElement;
  const block = at?.matches("a[href], button, summary") && !at.id && at.closest("[id]");
  left = block ? { block: block.id, tag: at.localName, href: at.href ?? "", words: at.textContent.trim() } : null;
});

document.addEventListener("htmx:afterSettle", () => {
  if (!left || document.activeElement !== document.body) return;
  const block = document.getElementById(left.block);
  const found = [...(block?.querySelectorAll(left.tag) ?? [])].find(same);
  found?.focus({ preventScroll: true });
});
