// Every action of a screen by key: what has data-key is pressed, focused or followed. `?` lists the keys, and
// each can be another one, remembered in this browser alone. While somebody types, keys are letters.

const STORE = "consentry-keys";
const marked = () => [...document.querySelectorAll("[data-key]")];
const mapped = () => JSON.parse(localStorage.getItem(STORE) ?? "{}");
const keyOf = (element) => mapped()[element.dataset.key] ?? element.dataset.key;
const typing = (target) => target.matches("input:not([type=checkbox], [type=radio]), textarea, select");
const dialog = document.getElementById("keys");

const pressed = (event) => {
  const name = event.key === " " ? "Space" : event.key;
  return name === "Space" && event.shiftKey ? "Shift+Space" : name;
};

const words = (element) => {
  const label = element.closest("label") ?? (element.id && document.querySelector(`label[for="${element.id}"]`));
  const copy = (label || element).cloneNode(true);
  copy.querySelectorAll("kbd, select, textarea").forEach((each) => each.remove());
  return copy.textContent.trim().replace(/\s+/g, " ");
};

const act = (element) => {
  if (element.hasAttribute("data-focus")) return element.focus();
  if (element.type === "radio") {
    element.checked = true;
    element.focus();
    const reason = element.closest(".choice")?.querySelector("select");
    return reason?.focus();
  }
  return element.click();
};

const row = (element) => {
  const [line, name, cell, field] = ["tr", "th", "td", "input"].map((tag) => document.createElement(tag));
  name.scope = "row";
  name.textContent = words(element);
  field.value = keyOf(element);
  field.size = 11;
  field.setAttribute("aria-label", `Key for: ${name.textContent}`);
  field.addEventListener("keydown", (event) => {
    if (["Tab", "Shift", "Escape"].includes(event.key)) return;
    event.preventDefault();
    field.value = pressed(event);
    localStorage.setItem(STORE, JSON.stringify({ ...mapped(), [element.dataset.key]: field.value }));
  });
  cell.append(field);
  line.append(name, cell);
  return line;
};

const list = () => {
  dialog.querySelector("tbody").replaceChildren(...marked().filter((one) => !one.disabled).map(row));
  dialog.showModal();
};

const rows = () => [...document.querySelectorAll("[data-row] a")];
const step = (by) => {
  const all = rows();
  if (all.length) all[(all.indexOf(document.activeElement) + by + all.length) % all.length].focus();
};

document.addEventListener("keydown", (event) => {
  if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || dialog.open) return;
  if (event.key === "Escape" && typing(event.target)) return event.target.blur();
  if (typing(event.target) && !(event.key === "Enter" && event.target.matches("select"))) return;
  const key = pressed(event);
  if (key === "?") return list();
  if (key === "h") return document.getElementById("history")?.focus();
  if (key === "j" || key === "k") return step(key === "j" ? 1 : -1);
  const found = marked().find((one) => keyOf(one) === key && !one.matches(":disabled"));
  if (!found || found.hasAttribute("data-hold")) return;
  if (key === "Enter" && event.target.matches("a, button, summary")) return;
  event.preventDefault();
  act(found);
});

dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
dialog.querySelector("[data-reset]").addEventListener("click", () => {
  localStorage.removeItem(STORE);
  list();
});

for (const element of document.querySelectorAll("[data-until]")) {
  const end = Number(element.dataset.until) * 1000;
  const tick = () => {
    const left = Math.max(0, Math.round((end - Date.now()) / 1000));
    element.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  };
  tick();
  setInterval(tick, 1000);
}
