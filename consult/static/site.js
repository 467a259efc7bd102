// Small comforts. Every page works without them.

const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const memory = (kind) => {
  try {
    return window[kind];
  } catch {
    return null; // storage is turned off
  }
};

// The list of errors takes the focus, and the title of the page says so.
const errors = document.querySelector(".errors");
if (errors) {
  setTimeout(() => document.activeElement.closest("form") || errors.focus(), 150); // never away from a field
  document.title = `${errors.querySelector("h2").textContent} – ${document.title}`;
}

// One click sends once.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  setTimeout(() => delete form.dataset.sent, 8000);
});
window.addEventListener("pageshow", () => all("form[data-sent]").forEach((form) => delete form.dataset.sent));
document.addEventListener("click", (event) => {
  if (event.target.closest('[aria-disabled="true"]')) event.preventDefault();
});

// Keys of a page, with a switch that turns them off for good.
const keyed = all("[data-key]");
const preferences = memory("localStorage");
const keysOn = () => preferences?.getItem("keys") !== "off";
all("[data-keys-switch]").forEach((button) => {
  const show = () => button.setAttribute("aria-pressed", String(keysOn()));
  button.hidden = false;
  button.addEventListener("click", () => {
    preferences?.setItem("keys", keysOn() ? "off" : "on");
    show();
  });
  show();
});
if (keyed.length) {
  document.addEventListener("keydown", (event) => {
    if (!keysOn() || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("textarea, select, [contenteditable], input:not([type=radio], [type=checkbox])")) return;
    const target = keyed.find((item) => item.dataset.key === event.key);
    if (!target) return;
    event.preventDefault();
    target.focus();
    target.click();
  });
}

// What looks alike, while the title is typed.
all("[data-similar-url]").forEach((input) => {
  const place = document.getElementById(input.dataset.similarTarget);
  let waiting, last, request;
  const look = async () => {
    const words = input.value.trim();
    if (words === last) return;
    last = words;
    request?.abort();
    if (words.length < 8) {
      place.replaceChildren();
      return;
    }
    request = new AbortController();
    const address = new URL(input.dataset.similarUrl, location.href);
    address.searchParams.set("q", words);
    try {
      const reply = await fetch(address, { signal: request.signal, headers: { Accept: "text/html" } });
      if (!reply.ok) return;
      const page = new DOMParser().parseFromString(await reply.text(), "text/html");
      place.replaceChildren(...page.body.childNodes);
    } catch {
      // without an answer the form goes on as before
    }
  };
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(look, 450);
  });
});

// Words not yet sent are kept in this tab, and forgotten once they are sent.
const drafts = memory("sessionStorage");
const keepable = (field) =>
  field.name && !field.readOnly && !["password", "hidden", "file", "submit", "button"].includes(field.type);
if (drafts) {
  // A page that says no, or asks who is there: what was sent did not arrive, and is kept.
  const refused =
    performance.getEntriesByType("navigation")[0]?.responseStatus >= 400 || location.pathname.startsWith("/connexion");
  const kept = new Set(all("form[data-keep]").map((form) => `keep:${form.dataset.keep}`));
  Object.keys(drafts)
    .filter((key) => key.startsWith("sent:") && !kept.has(key.slice(5)))
    .forEach((key) => {
      if (!refused) drafts.removeItem(key.slice(5));
      drafts.removeItem(key);
    });
  all("form[data-keep]").forEach((form) => {
    const key = `keep:${form.dataset.keep}`;
    const fields = () => [...form.elements].filter(keepable);
    drafts.removeItem(`sent:${key}`);
    if (!form.querySelector("[aria-invalid]")) {
      const saved = JSON.parse(drafts.getItem(key) || "{}");
      fields().forEach((field) => {
        const words = saved[field.name];
        if (words === undefined) return;
        if (field.type === "radio" || field.type === "checkbox") field.checked = words.includes(field.value);
        else if (!field.value) field.value = words[0];
      });
    }
    form.addEventListener("input", () => {
      const saved = {};
      fields().forEach((field) => {
        saved[field.name] ??= [];
        if (!["radio", "checkbox"].includes(field.type) || field.checked) saved[field.name].push(field.value);
      });
      drafts.setItem(key, JSON.stringify(saved));
    });
    form.addEventListener("submit", () => drafts.setItem(`sent:${key}`, "yes"));
  });
}

// Paper.
all("[data-print]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => print());
});

// All at once.
all("[data-check-all]").forEach((box) => {
  box.hidden = false;
  box.addEventListener("change", () => {
    all(`input[type=checkbox][name="${CSS.escape(box.dataset.checkAll)}"]`).forEach((other) => {
      other.checked = box.checked;
    });
  });
});

// A page that waits for work done elsewhere looks again by itself until it is over.
const watch = () => {
  const here = document.querySelector("[data-poll]");
  if (!here) return;
  setTimeout(async () => {
    try {
      const reply = await fetch(location.href, { headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await reply.text(), "text/html");
      const there = reply.ok && page.getElementById(here.id);
      if (there && !("poll" in there.dataset)) {
        location.reload();
        return;
      }
      if (there && !here.contains(document.activeElement)) here.replaceWith(there);
    } catch {
      // the link on the page does the same by hand
    }
    watch();
  }, 1000 * here.dataset.poll);
};
watch();

// The square of a letter carries its code behind the address, where no server reads it.
const code = document.querySelector("[data-from-address]");
if (code && !code.value && location.hash.length > 1) {
  code.value = decodeURIComponent(location.hash.slice(1));
  history.replaceState(null, "", location.pathname + location.search);
}

// How good a new password is: what its length and its kinds of signs are worth, in bits.
all("[data-meter]").forEach((line) => {
  const field = document.querySelector(`[name="${line.dataset.meter}"]`);
  const [meter, said] = line.children;
  const words = said.dataset.words.split("|");
  const kinds = [[/\p{Ll}/u, 26], [/\p{Lu}/u, 26], [/\p{Nd}/u, 10], [/[^\p{L}\p{Nd}]/u, 37]];
  field?.addEventListener("input", () => {
    const signs = kinds.reduce((sum, [kind, number]) => sum + (kind.test(field.value) ? number : 0), 0);
    const bits = field.value.length * Math.log2(signs || 1);
    line.hidden = !field.value;
    meter.value = Math.min(bits, 100);
    said.textContent = words[(bits >= line.dataset.bits) + (bits >= 80)];
  });
});
