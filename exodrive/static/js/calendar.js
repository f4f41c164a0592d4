// A car's free days as a date grid: arrow keys, Home, End, Page Up and Page Down move between days, and the range
// from the chosen pick-up to the day in hand is shown before it is chosen. The days are links: choosing is theirs.
// The pattern: https://www.w3.org/WAI/ARIA/apg/patterns/grid/
const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
const PAGES = { PageUp: -1, PageDown: 1 };
const DAY = "[data-date]";

let wished = ""; // a day of a month that is on its way

const calendar = () => document.querySelector("[data-days]");
const days = (grid) => [...grid.querySelectorAll(DAY)].filter((day) => day.offsetParent);
const iso = (moment) => moment.toISOString().slice(0, 10);

function moved(name, count) {
  const moment = new Date(`${name}T00:00Z`);
  moment.setUTCDate(moment.getUTCDate() + count);
  return iso(moment);
}

// The same day of another month, or its last one.
function turned(name, count) {
  const moment = new Date(`${name}T00:00Z`);
  const number = moment.getUTCDate();
  moment.setUTCDate(1);
  moment.setUTCMonth(moment.getUTCMonth() + count + 1, 0);
  moment.setUTCDate(Math.min(number, moment.getUTCDate()));
  return iso(moment);
}

function target(day, key) {
  const name = day.dataset.date;
  if (key in STEPS) return moved(name, STEPS[key]);
  if (key in PAGES) return turned(name, PAGES[key]);
  const week = [...day.closest("tr").querySelectorAll(DAY)];
  if (key === "Home") return week[0].dataset.date;
  return key === "End" ? week.at(-1).dataset.date : "";
}

// One stop for the Tab key, wherever the keyboard was last.
function stopAt(grid, chosen) {
  for (const day of grid.querySelectorAll(DAY)) day.tabIndex = day === chosen ? 0 : -1;
}

function go(grid, name) {
  const shown = days(grid);
  const there = shown.find((day) => day.dataset.date === name);
  if (there) {
    stopAt(grid, there);
    there.focus();
    return;
  }
  const link = grid.querySelector(`[data-months="${name < shown[0].dataset.date ? "earlier" : "later"}"]`);
  if (!link) return;
  wished = name;
  link.click();
}

function preview(grid, day) {
  const { first } = grid.dataset;
  const last = day?.dataset.deed === "back" ? day.dataset.date : "";
  for (const each of grid.querySelectorAll(DAY)) {
    const name = each.dataset.date;
    each.closest("td").toggleAttribute("data-between", Boolean(first && last) && first <= name && name <= last);
  }
}

function dress() {
  const grid = calendar();
  if (!grid || grid.dataset.days === "grid") return;
  grid.dataset.days = "grid";
  for (const table of grid.querySelectorAll("table")) table.setAttribute("role", "grid");
  for (const day of grid.querySelectorAll(DAY)) {
    const cell = day.closest("td");
    if (!day.href) cell.setAttribute("aria-disabled", "true");
    cell.setAttribute("aria-selected", String(cell.dataset.day === "chosen"));
  }
  const shown = days(grid);
  const held = grid.contains(document.activeElement) && document.activeElement.closest(DAY);
  stopAt(grid, held || shown.find((day) => day.ariaCurrent) || shown.find((day) => day.href) || shown[0]);
  if (wished) {
    const there = shown.find((day) => day.dataset.date === wished) ?? shown.at(wished < shown[0].dataset.date ? 0 : -1);
    wished = "";
    stopAt(grid, there);
    there.focus();
  }
}

document.addEventListener("keydown", (event) => {
  const day = event.target.closest?.(`[data-days] ${DAY}`);
  if (!day || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === " " && day.href) {
    event.preventDefault();
    day.click();
    return;
  }
  const name = target(day, event.key);
  if (!name) return;
  event.preventDefault();
  go(calendar(), name);
});

for (const name of ["mouseover", "focusin"]) {
  document.addEventListener(name, (event) => {
    const grid = calendar();
    if (grid) preview(grid, event.target.closest?.(`[data-days] ${DAY}`));
  });
}

document.addEventListener("htmx:afterSettle", dress);
dress();
