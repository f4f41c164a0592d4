// Brings the reader to what went wrong.

// The server names the place for an error's fragment; without that name the answer is not ours to show.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if (xhr.status >= 400 && xhr.getResponseHeader("HX-Retarget")) event.detail.shouldSwap = true;
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.xhr?.status < 400) document.getElementById("problem")?.replaceChildren();
});

function showOffline() {
  const problem = document.getElementById("problem");
  const words = document.getElementById("offline");
  if (!problem || !words) return;
  problem.replaceChildren(words.content.cloneNode(true));
  problem.focus();
}
document.addEventListener("htmx:sendError", showOffline);
document.addEventListener("htmx:timeout", showOffline);
document.addEventListener("htmx:responseError", (event) => {
  if (!event.detail.xhr.getResponseHeader("HX-Retarget")) showOffline();
});

// Once for each summary: a later swap beside it must not call the reader back.
const read = new WeakSet();
function toErrors(where) {
  const errors = where.querySelector?.(".errors");
  if (!errors || read.has(errors)) return;
  read.add(errors);
  errors.focus();
}
toErrors(document);
document.addEventListener("htmx:afterSettle", (event) => {
  toErrors(event.target.parentElement ?? document);
  if (event.target.id === "problem") event.target.focus();
});

// Where each change is answered at once, the answer speaks of the fields anew: what an earlier page said of them
// is over, whether the one that was changed was at fault or the other one that it belongs to.
function forget(field) {
  const words = `${field.id}-error`;
  const left = (field.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id && id !== words);
  if (left.length) field.setAttribute("aria-describedby", left.join(" "));
  else field.removeAttribute("aria-describedby");
  field.removeAttribute("aria-invalid");
  document.getElementById(words)?.remove();
}
document.addEventListener("change", (event) => {
  const answered = event.target.closest?.("[hx-trigger^='change']");
  answered?.querySelectorAll("[aria-invalid='true']").forEach(forget);
});
