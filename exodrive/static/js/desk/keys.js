// Single keys. What a key does stands on the page: data-go for "g and a letter", data-key for a deed, data-row for
// a line of a list. Where somebody has turned the keys off, the page names none and nothing happens here.
const WAIT_FOR_SECOND = 1500;
const WRITES = "input, select, textarea, [contenteditable]";
let lastG = -Infinity;

const help = () => document.getElementById("keys-help");
const areOn = () => Boolean(document.querySelector("[data-go]"));
const isShown = (element) => element.checkVisibility?.() ?? true;
// The side bar is not shown on a narrow screen, and its links lead there all the same.
const way = (key) => document.querySelector(`[data-go="${CSS.escape(key)}"]`);
const deed = (key) => [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].find(isShown);
const rows = () =>
  [...document.querySelectorAll("#main [data-row], #main tbody tr > td:first-child > a")].filter(isShown);

function step(by) {
  const all = rows();
  if (!all.length) return false;
  const here = all.findIndex((row) => row === document.activeElement || row.closest("tr, li")?.contains(document.activeElement));
  const next = here < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(here + by, 0), all.length - 1);
  all[next].focus();
  all[next].scrollIntoView({ block: "nearest" });
  return true;
}

function search() {
  const field = [...document.querySelectorAll("#main [data-search]")].find(isShown) ?? document.getElementById("seek");
  field?.focus();
  field?.select();
  return Boolean(field);
}

// The keys of the page's own deeds, in the words of their buttons.
function listKeysHere(sheet) {
  const section = sheet.querySelector("[data-keys-here]");
  const list = section.querySelector("dl");
  list.replaceChildren();
  for (const deed of document.querySelectorAll("#main [data-key]")) {
    const line = document.createElement("div");
    const [term, words, key] = ["dt", "dd", "kbd"].map((tag) => document.createElement(tag));
    key.textContent = deed.dataset.key;
    words.textContent = deed.textContent.trim();
    term.append(key);
    line.append(term, words);
    list.append(line);
  }
  section.hidden = !list.childElementCount;
}

function showHelp() {
  const sheet = help();
  if (!sheet) return false;
  listKeysHere(sheet);
  sheet.showModal();
  return true;
}

function press(element) {
  element?.click();
  return Boolean(element);
}

function act(key) {
  const afterG = performance.now() - lastG < WAIT_FOR_SECOND;
  lastG = -Infinity;
  if (afterG) return press(way(key));
  if (key === "g") {
    lastG = performance.now();
    return true;
  }
  if (key === "/") return search();
  if (key === "?") return showHelp();
  if (key === "j" || key === "k") return step(key === "j" ? 1 : -1);
  return press(deed(key));
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.isComposing || event.key.length !== 1 || !areOn()) return;
  if (event.repeat && event.key !== "j" && event.key !== "k") return;
  if (event.target.closest?.(WRITES) || document.querySelector("dialog[open]")) return;
  if (act(event.key)) event.preventDefault();
});
