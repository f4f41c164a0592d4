// On a phone the views of a list go on beyond the edge: the one that is shown comes into sight.
const bring = () => {
  for (const tab of document.querySelectorAll(".tabs [aria-current]")) {
    const bar = tab.parentElement;
    bar.scrollLeft = tab.offsetLeft - bar.offsetLeft - (bar.clientWidth - tab.clientWidth) / 2;
  }
};
bring();
document.addEventListener("htmx:afterSettle", bring);
