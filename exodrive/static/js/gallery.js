// A small photo opens the reel at its large one; arrows and buttons turn it, fingers swipe it by themselves.
// Without script the small photo is a link to the large file.
function reelOf(dialog) {
  return dialog.querySelector(".reel");
}

function shown(reel) {
  return Math.round(reel.scrollLeft / Math.max(1, reel.clientWidth));
}

function turn(reel, to, behavior) {
  const count = reel.children.length;
  const place = Math.min(Math.max(to, 0), count - 1);
  reel.scrollTo({ left: place * reel.clientWidth, ...(behavior && { behavior }) });
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-reel]");
  const dialog = link && document.getElementById("gallery");
  const plain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
  if (dialog?.showModal && plain) {
    event.preventDefault();
    dialog.showModal();
    reelOf(dialog).focus();
    turn(reelOf(dialog), Number(link.dataset.reel) - 1, "instant");
  }
  const button = event.target.closest("[data-turn]");
  if (button) {
    const reel = reelOf(button.closest("dialog"));
    turn(reel, shown(reel) + Number(button.dataset.turn));
  }
});

const STEPS = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };
document.addEventListener("keydown", (event) => {
  const step = STEPS[event.key];
  const reel = step && document.querySelector("dialog.gallery[open] .reel");
  if (!reel) return;
  event.preventDefault();
  turn(reel, shown(reel) + step);
});
