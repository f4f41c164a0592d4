// A sheet that stands open (details with data-stays) stays open where its block is swapped, and the keyboard keeps
// its place in it. Once its button has been pressed it has done its work, and what it was for comes into sight.
let open = [];
let at = "";
let leadsTo = "";

document.addEventListener("htmx:beforeSwap", (event) => {
  const pressed = event.detail.requestConfig?.triggeringEvent?.submitter?.closest("details[data-stays]");
  open = [...document.querySelectorAll("details[data-stays][open]")].filter((sheet) => sheet !== pressed).map((sheet) => sheet.id);
  at = document.activeElement?.id ?? "";
  leadsTo = pressed?.dataset.stays ?? "";
});

document.addEventListener("htmx:afterSwap", () => {
  for (const id of open) {
    const sheet = document.getElementById(id);
    sheet?.setAttribute("open", "");
    if (at && sheet?.contains(document.getElementById(at))) document.getElementById(at).focus({ preventScroll: true });
  }
});

document.addEventListener("htmx:afterSettle", () => {
  if (leadsTo) document.getElementById(leadsTo)?.scrollIntoView();
  leadsTo = "";
});
