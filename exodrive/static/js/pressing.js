// A button that was pressed is not pressed twice: on a slow line the answer takes its time. The server takes
// the second press for the first anyway; this only says so. Forms that htmx sends have hx-disabled-elt.
const pressed = new Set();

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("hx-post")) return;
  // After the browser has put the form together: a disabled button would not be sent along.
  setTimeout(() => {
    for (const button of [...form.elements].filter((field) => field.type === "submit")) {
      button.disabled = true;
      pressed.add(button);
    }
  });
});
// Back from the next page, by the browser's own memory: the buttons work again.
addEventListener("pageshow", () => {
  for (const button of pressed) button.disabled = false;
  pressed.clear();
});
