// A search leaves out of the address what is empty or usual. The server would lead to the clean address as well;
// this spares the way there.
document.addEventListener("formdata", ({ target: form, formData }) => {
  if (form.getAttribute("role") !== "search") return;
  for (const [name, value] of [...formData]) {
    const usual = form.elements[name]?.dataset?.usual;
    if (value === "" || value === usual) formData.delete(name);
  }
});
