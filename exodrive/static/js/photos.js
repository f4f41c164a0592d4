// Shows a photo as soon as it is taken and, where the slot has an address for it, sends it at once.
// What could not be sent stays in its input: it is tried again when the line is back, else goes with the form.
const waiting = new Set();

function show(slot, file) {
  const image = slot.querySelector("img") ?? document.createElement("img");
  if (image.src.startsWith("blob:")) URL.revokeObjectURL(image.src);
  image.src = URL.createObjectURL(file);
  image.alt = "";
  slot.querySelector(".icon")?.replaceWith(image);
}

function say(slot, words) {
  let line = slot.querySelector("small");
  if (!line) {
    line = document.createElement("small");
    line.setAttribute("role", "status");
    slot.append(line);
  }
  line.textContent = words;
}

async function send(slot) {
  const input = slot.querySelector("input");
  const file = input.files[0];
  if (!file) return waiting.delete(slot);
  say(slot, slot.dataset.wordsSending);
  const body = new FormData();
  body.append("photo", file);
  try {
    const headers = JSON.parse(document.body.getAttribute("hx-headers") ?? "{}");
    const answer = await fetch(slot.dataset.upload, { method: "POST", body, headers });
    if (!answer.ok) throw new Error(String(answer.status));
    input.value = "";
    waiting.delete(slot);
    slot.dataset.done = "";
    say(slot, "");
  } catch {
    waiting.add(slot);
    say(slot, slot.dataset.wordsKept);
  }
  slot.dispatchEvent(new CustomEvent("photo-changed", { bubbles: true }));
}

document.addEventListener("change", (event) => {
  const slot = event.target.closest("[data-photo]");
  const file = slot && event.target.files?.[0];
  if (!file) return;
  show(slot, file);
  if (slot.dataset.upload) send(slot);
  else slot.dataset.done = "";
});
addEventListener("online", () => waiting.forEach(send));
