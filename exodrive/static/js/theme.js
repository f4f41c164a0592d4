// "As the device has it" is done by the house's own colours; the vendor's parts need to be told.
const root = document.documentElement;
const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = () => root.setAttribute("data-bs-theme", dark.matches ? "dark" : "light");

if (root.dataset.bsTheme === "system") {
  follow();
  dark.addEventListener("change", follow);
}
