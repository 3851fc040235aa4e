// Keeps the page true without reloading it. Everything here is a comfort: the page works without it.
"use strict";
(function () {
  const main = document.getElementById("main");
  const offline = document.getElementById("offline");
  const toast = document.getElementById("toast");
  let source = null;
  let heard = Date.now();
  let held = 0; // fingers on the glass: nothing moves under them
  let waiting = {};

  // Make `old` equal to `fresh` while keeping nodes, so that focus, open folds and transitions survive.
  function morph(old, fresh) {
    if (old.nodeType !== fresh.nodeType || old.nodeName !== fresh.nodeName) {
      old.replaceWith(fresh.cloneNode(true));
      return;
    }
    if (old.nodeType !== Node.ELEMENT_NODE) {
      if (old.nodeValue !== fresh.nodeValue) old.nodeValue = fresh.nodeValue;
      return;
    }
    for (const name of old.getAttributeNames()) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
    for (const name of fresh.getAttributeNames()) {
      const value = fresh.getAttribute(name);
      if (old.getAttribute(name) !== value) old.setAttribute(name, value);
    }
    children(old, fresh);
  }

  function children(old, fresh) {
    const before = Array.from(old.childNodes);
    const after = Array.from(fresh.childNodes);
    after.forEach((node, i) => (i < before.length ? morph(before[i], node) : old.appendChild(node.cloneNode(true))));
    before.slice(after.length).forEach((node) => node.remove());
  }

  function show() {
    if (held > 0) return;
    const parts = waiting;
    waiting = {};
    for (const name of Object.keys(parts)) {
      const place = document.getElementById("part-" + name);
      if (!place) continue;
      const fresh = document.createElement(place.tagName);
      fresh.innerHTML = parts[name];
      children(place, fresh);
    }
  }

  function listen() {
    source = new EventSource("/events?lang=" + main.dataset.language);
    source.addEventListener("parts", (event) => {
      heard = Date.now();
      offline.hidden = true;
      Object.assign(waiting, JSON.parse(event.data));
      show();
    });
    source.onerror = () => {
      if (source.readyState === EventSource.CLOSED) setTimeout(listen, 5000);
    };
  }

  function say(text, good) {
    const line = document.createElement("p");
    line.className = good ? "good" : "bad";
    line.textContent = text;
    toast.replaceChildren(line);
    toast.scrollIntoView({ block: "nearest" });
    if (good) setTimeout(() => line.remove(), 6000);
  }

  async function send(form) {
    const button = form.querySelector("button");
    button.disabled = true;
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        body: new URLSearchParams(new FormData(form)),
        headers: { Accept: "application/json" },
        credentials: "same-origin",
      });
      const told = await answer.json();
      if (told.error === "pin") form.submit(); // the PIN page keeps the wish
      else say(told.text, answer.ok);
    } catch (_) {
      say(main.dataset.notSent, false);
    } finally {
      button.disabled = false;
    }
  }

  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form.order")) return;
    event.preventDefault();
    send(event.target);
  });
  document.addEventListener("pointerdown", () => { held += 1; });
  for (const end of ["pointerup", "pointercancel"]) {
    document.addEventListener(end, () => setTimeout(() => { held = Math.max(0, held - 1); show(); }, 250));
  }
  document.addEventListener("visibilitychange", () => { held = 0; show(); });
  setInterval(() => { if (Date.now() - heard > 8000) offline.hidden = false; }, 1000);
  if (location.search.includes("done=") || location.search.includes("not=")) history.replaceState(null, "", "/");
  listen();
})();
