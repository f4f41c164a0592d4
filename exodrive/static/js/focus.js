// A block that is swapped takes the keyboard's place with it: go back to what leads the same way, else to what says
// the same; in a list many may say the same.
// Elements with an id are found again by htmx itself.
let left = null;

document.addEventListener("htmx:beforeSwap", () => {
  const at = document.activeElement;
  const block = at?.matches("a[href], button, summary") && !at.id && at.closest("[id]");
  left = block ? { block: block.id, tag: at.localName, href: at.href ?? "", words: at.textContent.trim() } : null;
});

document.addEventListener("htmx:afterSettle", () => {
  if (!left || document.activeElement !== document.body) return;
  const block = document.getElementById(left.block);
  const there = [...(block?.querySelectorAll(left.tag) ?? [])];
  const found =
    there.find((one) => left.href && one.href === left.href) ?? there.find((one) => one.textContent.trim() === left.words);
  found?.focus({ preventScroll: true });
});
