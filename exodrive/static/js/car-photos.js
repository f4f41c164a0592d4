// The desk's photos of a car: sent one by one with progress, dragged into order, aimed by pointing at them.
// Without script the same forms send them all at once, buttons order them, and fields take the numbers.
const headers = () => JSON.parse(document.body.getAttribute("hx-headers") ?? "{}");

// One file, so that a line that breaks, or a file that is refused, costs that one alone.
function send(form, file, onProgress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const body = new FormData();
    body.append("photos", file);
    request.open("POST", form.action);
    for (const [name, value] of Object.entries({ ...headers(), "HX-Request": "true" })) {
      request.setRequestHeader(name, value);
    }
    request.upload.addEventListener("progress", (event) => onProgress(event.loaded));
    request.addEventListener("load", () => resolve(request));
    request.addEventListener("error", reject);
    request.send(body);
  });
}

// The album comes with every answer; what was refused is gathered, and stays until more is sent.
function take(answer, refused) {
  const parts = new DOMParser().parseFromString(answer.responseText, "text/html");
  refused.push(...parts.querySelectorAll("#sent li, #sent p"));
  const album = parts.querySelector("#photos");
  if (!album) return false;
  document.getElementById("photos").replaceWith(album);
  htmx.process(album);
  return true;
}

function tell(refused) {
  const list = document.createElement("ul");
  list.className = "refused";
  list.append(...refused);
  document.getElementById("sent").replaceChildren(...(refused.length ? [list] : []));
}

function notSent(form, file) {
  const line = document.createElement("li");
  const name = document.createElement("b");
  name.textContent = file.name;
  line.append(name, ` ${form.dataset.wordsNotSent}`);
  return line;
}

async function sendAll(form) {
  const input = form.querySelector("[type=file]");
  const bar = form.querySelector("progress");
  const files = [...input.files];
  const whole = files.reduce((sum, file) => sum + file.size, 0) || 1;
  const refused = [];
  let sent = 0;
  tell([]);
  input.disabled = true;
  bar.hidden = false;
  for (const file of files) {
    try {
      const answer = await send(form, file, (loaded) => (bar.value = (100 * (sent + loaded)) / whole));
      if (!take(answer, refused)) refused.push(notSent(form, file));
    } catch {
      refused.push(notSent(form, file));
    }
    sent += file.size;
  }
  bar.hidden = true;
  bar.value = 0;
  input.disabled = false;
  form.reset();
  tell(refused);
}

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-sends]")) return;
  event.preventDefault();
  sendAll(event.target);
});
document.addEventListener("change", (event) => {
  event.target.closest("[data-sends]")?.requestSubmit();
});

// Dragging: a photo is put in front of the one that it is dropped on, or last.
let dragged = null;
document.addEventListener("pointerdown", (event) => {
  const item = event.target.closest("[data-arranges] > li");
  if (item) item.draggable = !event.target.closest("form");
});
document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.("[data-arranges] > li") ?? null;
  dragged?.setAttribute("data-dragged", "");
});
document.addEventListener("dragend", () => {
  dragged?.removeAttribute("data-dragged");
  dragged = null;
});
document.addEventListener("dragover", (event) => {
  if (dragged && event.target.closest("[data-arranges]")) event.preventDefault();
});
document.addEventListener("drop", (event) => {
  const list = dragged && event.target.closest("[data-arranges]");
  if (!list) return;
  event.preventDefault();
  const items = [...list.children];
  const over = event.target.closest("li");
  const forward = over && items.indexOf(over) > items.indexOf(dragged);
  const before = forward ? over.nextElementSibling : over;
  const values = { deed: "before", before: before?.dataset.photoId ?? "" };
  const { action } = dragged.querySelector("form");
  if (over !== dragged) htmx.ajax("POST", action, { source: list, target: "#photos", swap: "outerHTML", values });
});
// A list that is swapped under one's hand drops what the hand holds.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (dragged && event.detail.requestConfig.verb === "get") event.preventDefault();
});

// The focus: the fields hold the numbers, the ring shows them, the photo takes a click and the arrow keys.
const aim = document.querySelector("[data-aim]");
if (aim) {
  const fields = { x: document.getElementById("focus_x"), y: document.getElementById("focus_y") };
  const pointer = aim.querySelector("button");
  const show = () => {
    for (const circle of aim.querySelectorAll("circle")) {
      circle.setAttribute("cx", `${Number(fields.x.value) || 0}%`);
      circle.setAttribute("cy", `${Number(fields.y.value) || 0}%`);
    }
  };
  const set = (x, y) => {
    fields.x.value = Math.round(Math.min(Math.max(x, 0), 100));
    fields.y.value = Math.round(Math.min(Math.max(y, 0), 100));
    show();
  };
  const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  pointer.hidden = false;
  pointer.addEventListener("click", (event) => {
    if (!event.detail) return; // pressed by a key: there is no place that was pointed at
    const box = pointer.getBoundingClientRect();
    set((100 * (event.clientX - box.left)) / box.width, (100 * (event.clientY - box.top)) / box.height);
  });
  pointer.addEventListener("keydown", (event) => {
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    const far = event.shiftKey ? 10 : 1;
    set(Number(fields.x.value) + far * step[0], Number(fields.y.value) + far * step[1]);
  });
  for (const field of Object.values(fields)) field.addEventListener("input", show);
}
