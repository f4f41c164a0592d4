// The palette: a combobox in a dialog. The server finds; here the arrows choose and Enter goes there.
const palette = document.getElementById("palette");
const field = document.getElementById("palette-words");
const FIRST = 0;

const options = () => [...palette.querySelectorAll("[role=option]")];
const chosen = () => palette.querySelector("[role=option][aria-selected=true]");

function choose(option) {
  chosen()?.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  option?.scrollIntoView({ block: "nearest" });
  if (option) field.setAttribute("aria-activedescendant", option.id);
  else field.removeAttribute("aria-activedescendant");
}

function move(by) {
  const all = options();
  const here = all.indexOf(chosen());
  if (all.length) choose(all[(here + by + all.length) % all.length]);
}

function open(words = "") {
  if (palette.open) return;
  for (const other of document.querySelectorAll("dialog[open]")) other.close();
  field.value = words;
  palette.showModal();
  field.focus();
  field.dispatchEvent(new CustomEvent("palette-opened", { bubbles: true }));
}

if (palette) {
  const button = document.querySelector("[data-palette]");
  const seek = document.getElementById("seek");
  button.hidden = false;
  button.addEventListener("click", () => open(seek.value));

  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    if (palette.open) palette.close();
    else open();
  });
  field.addEventListener("keydown", (event) => {
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.isComposing) return;
    if (event.key in steps) move(steps[event.key]);
    else if (event.key === "Home" && event.ctrlKey) choose(options()[FIRST]);
    else if (event.key === "End" && event.ctrlKey) choose(options().at(-1));
    else return;
    event.preventDefault();
  });
  // What answers other words is not what Enter means.
  field.addEventListener("input", () => choose(undefined));
  // Enter sends the form: to what is chosen, else to the page of all results.
  field.form.addEventListener("submit", (event) => {
    const option = chosen();
    if (!option) return;
    event.preventDefault();
    event.stopPropagation();
    option.click();
  }, true);
  palette.addEventListener("click", (event) => {
    if (event.target === palette) palette.close();
  });
  // What was chosen goes with the results it stood in.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target?.id !== "palette_found") return;
    choose(undefined);
    field.setAttribute("aria-expanded", "false");
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.id !== "palette_found") return;
    field.setAttribute("aria-expanded", String(options().length > 0));
    choose(options()[FIRST]);
  });
}
