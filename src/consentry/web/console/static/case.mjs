// Covered means covered: nothing of a picture is loaded before somebody asks, the original only while a key or
// the pointer is held, and it goes when that ends, when the window loses the focus, and after ten seconds.

const tile = document.querySelector("[data-look]");
const STRENGTHS = ["strong", "middle", "weak"];
const SIZES = ["small", "medium", "large"];
let [style, blur, size, held, timer] = ["", 0, 1, null, 0];

if (tile) {
  const { look, copy, csrf } = tile.dataset;
  const picture = tile.querySelector("img");
  const [says, status] = [tile.querySelector("[data-says]"), tile.querySelector("[data-status]")];

  const bare = () => {
    picture.removeAttribute("src");
    picture.hidden = true;
    says.hidden = false;
  };

  const show = (address, words) => {
    picture.src = address;
    picture.alt = words;
    picture.hidden = false;
    says.hidden = true;
  };

  const cover = () => {
    if (!style) return bare();
    const query = new URLSearchParams({ style, size: SIZES[size], blur: STRENGTHS[blur] });
    return show(`${look}/cover/${copy}?${query}`, style === "sketch" ? "Outlines of the picture" : "The picture, blurred");
  };

  const send = (path, more = {}) =>
    fetch(path, { method: "POST", body: new URLSearchParams({ csrf }), redirect: "manual", ...more });

  const release = () => {
    if (!held) return;
    const was = held;
    held = null;
    clearTimeout(timer);
    cover();
    status.textContent = "Covered again.";
    if (was.at) send(`${was.at}/close`, { keepalive: true });
  };

  const reveal = async () => {
    if (held) return;
    const mine = { at: "" };
    held = mine;
    const reply = await send(`${look}/look/${copy}`);
    if (reply.type === "opaqueredirect") {
      location.assign(`/console/touch?next=${encodeURIComponent(location.pathname)}`);
      return;
    }
    const answer = await reply.json();
    if (!reply.ok) {
      held = null;
      status.textContent = `${answer.error.message} ${answer.error.next_step}`;
      return;
    }
    if (held !== mine) return; // let go before it came: it is never fetched
    mine.at = answer.at;
    timer = setTimeout(release, answer.seconds * 1000);
    show(answer.at, "The original picture");
    status.textContent = "Shown while you hold. This look is in the log.";
  };

  for (const button of tile.querySelectorAll("[data-cover]"))
    button.addEventListener("click", () => {
      style = style === button.dataset.cover ? "" : button.dataset.cover;
      cover();
    });
  for (const button of tile.querySelectorAll("[data-blur]"))
    button.addEventListener("click", () => {
      blur = Math.min(2, Math.max(0, blur + Number(button.dataset.blur)));
      style = "blur";
      cover();
    });
  tile.querySelector("[data-bigger]").addEventListener("click", () => {
    size = (size + 1) % SIZES.length;
    cover();
  });

  const hold = tile.querySelector("[data-hold]");
  if (hold) {
    hold.addEventListener("pointerdown", reveal);
    hold.addEventListener("contextmenu", (event) => event.preventDefault());
    for (const end of ["pointerup", "pointerleave", "pointercancel"]) hold.addEventListener(end, release);
    const typing = (target) => target.matches("input:not([type=checkbox], [type=radio]), textarea, select");
    document.addEventListener("keydown", (event) => {
      if (event.key !== " " || !event.shiftKey || event.repeat || typing(event.target)) return;
      event.preventDefault();
      reveal();
    });
    document.addEventListener("keyup", (event) => {
      if (event.key === " " || event.key === "Shift") release();
    });
  }
  addEventListener("blur", release);
  addEventListener("pagehide", release);
  document.addEventListener("visibilitychange", () => document.hidden && release());
  fetch(`${look}/describe/${copy}`).then(async (reply) => {
    if (reply.ok) says.textContent = `${(await reply.json()).says} Nothing is loaded until you ask.`;
  });
}

// What somebody typed is still there when a claim was lost or a page was loaded again.
for (const field of document.querySelectorAll("[data-keep]")) {
  const name = `consentry-note-${field.dataset.keep}`;
  if (!field.value && !field.disabled) field.value = sessionStorage.getItem(name) ?? "";
  field.addEventListener("input", () => sessionStorage.setItem(name, field.value));
}
