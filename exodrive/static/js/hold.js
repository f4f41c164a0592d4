// Counts a hold down, says it aloud at five and at one minute, and asks the server for the block at zero.
const clocks = new WeakMap();

// As the server writes it: 14:59, and 1:00:00 from an hour on.
const two = (number) => String(number).padStart(2, "0");
const shown = (left) => {
  const [hours, minutes] = [Math.floor(left / 3600), Math.floor(left / 60) % 60];
  return `${hours ? `${hours}:${two(minutes)}` : minutes}:${two(left % 60)}`;
};

function start(hold) {
  if (clocks.has(hold)) return;
  // Against the clock and not by counting ticks: a sleeping tab would lose time.
  hold.style.setProperty("--left", hold.dataset.hold);
  hold.style.setProperty("--whole", hold.dataset.whole);
  const end = performance.now() + Number(hold.dataset.hold) * 1000;
  const face = hold.querySelector("time");
  const voice = hold.querySelector("[aria-live]");
  let before = Number(hold.dataset.hold);

  const tick = () => {
    const left = Math.max(0, Math.ceil((end - performance.now()) / 1000));
    face.textContent = shown(left);
    face.dateTime = `PT${left}S`;
    for (const mark of [300, 60]) {
      if (before > mark && left <= mark) voice.textContent = voice.getAttribute(`data-at-${mark}`);
    }
    before = left;
    if (!hold.isConnected) return clearInterval(clock);
    if (left === 0) {
      clearInterval(clock);
      if (window.htmx) htmx.trigger(hold, "held-out");
      else location.reload();
    }
  };
  const clock = setInterval(tick, 1000);
  clocks.set(hold, clock);
}

const startAll = () => document.querySelectorAll("[data-hold]").forEach(start);
startAll();
document.addEventListener("htmx:afterSettle", startAll);
