// Keeps what was typed into forms marked data-draft="key", so that a reload loses nothing.
// It lives in this tab's session storage and ends with it. Passwords, codes and files are never kept.
const PREFIX = "draft:";
const SECRET = "[type=password], [type=file], [type=hidden], [autocomplete=one-time-code], [data-secret]";

const keyOf = (form) => PREFIX + form.dataset.draft;
const kept = (form) =>
  [...form.elements].filter((field) => field.name && !field.matches(`button, ${SECRET}`));
const isTick = (field) => field.type === "checkbox" || field.type === "radio";

function save(form) {
  const draft = {};
  for (const field of kept(form)) {
    if (!isTick(field)) draft[field.name] = field.value;
    else if (field.checked) (draft[field.name] ??= []).push(field.value);
    else draft[field.name] ??= [];
  }
  sessionStorage.setItem(keyOf(form), JSON.stringify(draft));
}

function restore(form) {
  // What the server sent back with its faults is newer than any draft.
  if (form.querySelector(".errors")) return;
  const draft = JSON.parse(sessionStorage.getItem(keyOf(form)) ?? "null");
  if (!draft) return;
  for (const field of kept(form)) {
    const value = draft[field.name];
    if (value === undefined) continue;
    if (isTick(field)) field.checked = value.includes(field.value);
    else if (typeof value === "string") field.value = value;
  }
}

try {
  for (const done of document.querySelectorAll("[data-draft-done]")) {
    for (const key of done.dataset.draftDone.split(" ")) sessionStorage.removeItem(PREFIX + key);
  }
  document.querySelectorAll("form[data-draft]").forEach(restore);
  for (const name of ["input", "change"]) {
    document.addEventListener(name, (event) => {
      const form = event.target.form;
      if (form?.dataset.draft) save(form);
    });
  }
} catch {
  // Storage may be switched off; then the form works as any other.
}
