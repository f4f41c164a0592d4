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

const toErrors = (where) => where.querySelector?.(".errors")?.focus();
toErrors(document);
document.addEventListener("htmx:afterSettle", (event) => {
  toErrors(event.target.parentElement ?? document);
  if (event.target.id === "problem") event.target.focus();
});
