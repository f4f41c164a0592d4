// A page that follows its booking may be ahead of a dialog on it; the link's own page is fresh.
function isOld(dialog) {
  const seen = dialog.querySelector("[name=version]")?.value;
  const shown = document.querySelector("[data-version]")?.dataset.version;
  return seen !== undefined && shown !== undefined && seen !== shown;
}

// A link to a form's own page opens that form as a dialog where the page has it.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  const dialog = opener && document.getElementById(opener.dataset.opens);
  if (dialog?.showModal && !isOld(dialog)) {
    event.preventDefault();
    dialog.showModal();
    dialog.querySelector("input:not([type=hidden]), select, textarea")?.focus();
  }
  event.target.closest("[data-closes]")?.closest("dialog")?.close();
});

// What was refused comes back inside the dialog's form; the dialog has to stay for it.
document.addEventListener("htmx:afterSettle", (event) => {
  const dialog = event.target.closest?.("dialog");
  if (dialog && !dialog.open && dialog.querySelector(".errors")) dialog.showModal();
});
