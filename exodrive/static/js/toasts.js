// A toast goes after six seconds, unless somebody is at it. One that can be taken back says how long it lasts.
const SIX_SECONDS = 6000;
const seen = new WeakSet();

function dismiss(toast) {
  if (toast.matches(":hover, :focus-within")) setTimeout(dismiss, SIX_SECONDS, toast);
  else toast.remove();
}

function watch() {
  for (const toast of document.querySelectorAll(".toast-line")) {
    if (!seen.has(toast)) {
      seen.add(toast);
      setTimeout(dismiss, Number(toast.dataset.lasts) || SIX_SECONDS, toast);
    }
  }
}

watch();
document.addEventListener("htmx:afterSettle", watch);
