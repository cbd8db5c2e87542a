// What a browser with JavaScript can do more: leave at three presses of Shift, and hash pictures without
// sending them. Every page works without it. Nothing here stores or sends anything.

import { canvasIsHonest, hashFile } from "./pdq.mjs";

const PRESSES = 3;
const WITHIN = 5000; // milliseconds from the first press to the last
const LEAST_QUALITY = 50; // below it the server does not look either
const MOST_PICTURES = 20;

function leave(link) {
  document.documentElement.hidden = true;
  document.title = "";
  location.replace(link.href); // this page is not one to go back to
}

function leaveQuickly(link) {
  let pressed = [];
  link.addEventListener("click", (event) => {
    event.preventDefault();
    leave(link);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Shift") pressed = [];
    else if (!event.repeat) {
      pressed = [...pressed.filter((at) => at > event.timeStamp - WITHIN), event.timeStamp];
      if (pressed.length < PRESSES) return;
      pressed = []; // whoever goes on pressing does not begin to leave anew each time
      leave(link);
    }
  });
}

/** Tells each line only once it is there, in the words of the page. */
function hashPictures(box) {
  const [files, found, told, forget] = ["pictures", "found", "told", "forget"].map((id) =>
    document.getElementById(id),
  );
  const say = (name, count) => box.dataset[name].replace("{count}", count);
  box.hidden = false;
  if (!canvasIsHonest()) {
    files.disabled = true;
    told.textContent = box.dataset.noisy;
    return;
  }
  forget.addEventListener("click", () => {
    files.value = found.value = told.textContent = "";
    forget.hidden = true;
  });
  files.addEventListener("change", async () => {
    const button = box.closest("form").querySelector("button:not([type])");
    const lines = new Set(found.value ? found.value.split("\n") : []);
    let plain = 0;
    let unread = 0;
    told.textContent = box.dataset.working;
    button.disabled = true;
    for (const file of files.files) {
      try {
        const { hash, quality } = await hashFile(file);
        if (quality < LEAST_QUALITY) plain++;
        else if (lines.size < MOST_PICTURES) lines.add(`${hash} ${quality}`);
      } catch {
        unread++;
      }
    }
    button.disabled = false;
    files.value = ""; // the page forgets which files they were
    found.value = [...lines].join("\n");
    forget.hidden = lines.size === 0;
    told.textContent = [
      say("done", lines.size),
      ...(plain ? [say("plain", plain)] : []),
      ...(unread ? [say("unread", unread)] : []),
    ].join(" · ");
  });
}

addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload(); // a page out of the browser's memory shows what was left
});

const link = document.getElementById("leave");
if (link) leaveQuickly(link);
const box = document.getElementById("hashes");
if (box) hashPictures(box);
