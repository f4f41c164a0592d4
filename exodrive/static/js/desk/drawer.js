// The drawer of the tab bar closes as a menu does: by Escape, and when something else is touched.
const drawer = document.querySelector(".more-pages");

document.addEventListener("click", (event) => {
  if (drawer?.open && !drawer.contains(event.target)) drawer.open = false;
});
drawer?.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  drawer.open = false;
  drawer.querySelector("summary").focus();
});
