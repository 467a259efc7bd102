// Passkeys: ask the browser for a key, and send what it says with the form.

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  buffer && btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

const form = document.querySelector("form.passkey");
const asked = form?.querySelector("[data-options]");

const read = (options) => {
  options.challenge = bytes(options.challenge);
  if (options.user) options.user.id = bytes(options.user.id);
  for (const name of ["excludeCredentials", "allowCredentials"])
    for (const one of options[name] ?? []) one.id = bytes(one.id);
  return options;
};

const said = (key) => ({
  id: key.id,
  rawId: text(key.rawId),
  type: key.type,
  clientExtensionResults: key.getClientExtensionResults(),
  response: Object.fromEntries(
    ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]
      .filter((name) => key.response[name])
      .map((name) => [name, text(key.response[name])]),
  ),
});

if (form && window.PublicKeyCredential && window.isSecureContext) {
  const off = form.querySelector("[data-passkey-off]");
  const on = form.querySelector("[data-passkey-on]");
  off.hidden = true;
  on.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const publicKey = read(JSON.parse(asked.dataset.options));
    try {
      const key = await navigator.credentials[publicKey.rp ? "create" : "get"]({ publicKey });
      form.elements.credential.value = JSON.stringify(said(key));
      form.submit();
    } catch (error) {
      off.textContent = error.name === "InvalidStateError" ? asked.dataset.known : asked.dataset.failed;
      off.setAttribute("role", "alert");
      off.hidden = false;
    }
  });
}
