// Asks the browser's authenticator, and puts its answer into the form that wanted it. Nothing else is sent.

const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const named = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

const make = async (asked) => {
  const options = { ...asked, challenge: bytes(asked.challenge), user: { ...asked.user, id: bytes(asked.user.id) } };
  const made = await navigator.credentials.create({
    publicKey: { ...options, excludeCredentials: named(asked.excludeCredentials) },
  });
  return whole(made, {
    attestationObject: text(made.response.attestationObject),
    transports: made.response.getTransports?.() ?? [],
  });
};

const touch = async (asked) => {
  const found = await navigator.credentials.get({
    publicKey: { ...asked, challenge: bytes(asked.challenge), allowCredentials: named(asked.allowCredentials) },
  });
  return whole(found, {
    authenticatorData: text(found.response.authenticatorData),
    signature: text(found.response.signature),
    userHandle: found.response.userHandle ? text(found.response.userHandle) : null,
  });
};

const whole = (credential, response) => ({
  id: credential.id,
  rawId: text(credential.rawId),
  type: credential.type,
  clientExtensionResults: {},
  response: { clientDataJSON: text(credential.response.clientDataJSON), ...response },
});

const question = async (form) => {
  const reply = await fetch(form.dataset.question, {
    method: "POST",
    body: new URLSearchParams({ csrf: form.elements.csrf.value }),
  });
  if (!reply.ok) throw new Error("no question");
  return reply.json();
};

const ask = async (form) => {
  const [button, status] = [form.querySelector("button"), form.querySelector("[role=status]")];
  button.disabled = true;
  status.textContent = "";
  try {
    const ways = { make, touch };
    form.elements.answer.value = JSON.stringify(await ways[form.dataset.passkey](await question(form)));
    form.submit();
  } catch (error) {
    status.textContent =
      error.name === "InvalidStateError"
        ? "This device has a passkey for you here already."
        : "Nothing happened: the passkey was not used, or the page is too old. Load it again and try once more.";
    button.disabled = false;
    button.focus();
  }
};

for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask(form);
  });
}

// An invitation stands behind the # of its address, which browsers send to nobody.
const code = document.querySelector("[data-from-address]");
if (code && location.hash.length > 1) {
  code.value = location.hash.slice(1);
  history.replaceState(null, "", location.pathname);
}
