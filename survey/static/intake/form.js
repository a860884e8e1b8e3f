// One section at a time, skip logic for browsers without :has(), answers kept on this phone until they are sent,
// sending without leaving the page. Needs outbox.js and waiting.js.
// The page works without this script; old browsers are served, so it keeps to what a 2016 WebView knows.
(function () {
"use strict";
var form = document.getElementById("f"), say = form.dataset, key = "draft:" + say.draft;
var sections = all("section", form), check = byId("s-check"), progress = form.querySelector(".progress"), back = form.querySelector(".back");
var title = document.title.replace(say.error + " ", ""), reminded = {}, returning = false, hiddenAtCheck = {}, moved = 0;
var kiosk = "kiosk" in say, shared = "shared" in say, sending = null, retry = 0, over = false, keeps = false;

function all(selector, root) { return [].slice.call((root || document).querySelectorAll(selector)); }
function byId(id) { return document.getElementById(id); }
function fill(text) { var values = [].slice.call(arguments, 1); return text.replace(/\{\}/g, function () { return values.shift(); }); }
function make(tag, words, parent) { var e = document.createElement(tag); e.textContent = words; if (parent) parent.appendChild(e); return e; }
function ticked(root) { return root.querySelector("input:checked"); }

// What is asked now.
function answerTo(name) {
  var item = byId("q-" + name), input = item && !item.hidden && ticked(item);
  return input ? input.value : null;
}
function refresh() {
  all("[data-if]", form).forEach(function (element) {
    element.hidden = !JSON.parse(element.dataset["if"]).every(function (c) {
      return (c[1].indexOf(answerTo(c[0])) >= 0) !== !!c[2];
    });
  });
  all(".v.fallback", form).forEach(function (element) {
    var others = all(".v", element.parentNode).filter(function (v) { return v !== element && !v.hidden; });
    element.hidden = others.length > 0;
  });
  all(".v", form).forEach(function (element) { element.style.display = element.hidden ? "none" : "inline"; });
}
function items(section) { return all(".q", section).filter(function (item) { return !item.hidden; }); }
function path() { return sections.filter(function (s) { return s === check || items(s).length; }); }
function wording(item) {
  var copy = item.querySelector("legend,.above").cloneNode(true);
  all("[hidden],small", copy).forEach(function (e) { e.parentNode.removeChild(e); });
  return copy.textContent.replace(/\s+/g, " ").trim();
}

// The draft: in this tab, and for half a day on this phone in case the browser is closed. A shared tablet keeps none.
function save(moving) {
  if (kiosk && !moving || over || sending) return;
  var answers = {}, n = 0;
  all("input:checked,textarea", form).forEach(function (e) { if (e.value) { answers[e.name] = e.value; n++; } });
  var draft = JSON.stringify({ id: form.submission_id.value, at: Date.now(), n: n, where: location.hash, answers: answers });
  keeps = false;
  try { sessionStorage.setItem(key, draft); keeps = true; if (!kiosk) localStorage.setItem(key, draft); } catch (e) { /* storage denied: the page itself keeps them */ }
}
function kept(storage) { try { return JSON.parse(window[storage].getItem(key)); } catch (e) { return null; } }
function forget() {
  var other = kept("localStorage");
  try {
    sessionStorage.removeItem(key);
    if (!other || other.id === form.submission_id.value) localStorage.removeItem(key);
  } catch (e) { /* storage denied: nothing was kept */ }
}
function restore(draft) {
  form.submission_id.value = draft.id;
  all("input[type=radio],textarea", form).forEach(function (e) {
    var value = draft.answers[e.name];
    if (value === undefined) return;
    if (e.type === "radio") e.checked = e.value === value; else e.value = value;
  });
}
// A page that came from this phone's memory carries an id that may have been sent before.
function freshId() {
  if (!window.crypto || !crypto.getRandomValues) return;
  var hex = [].map.call(crypto.getRandomValues(new Uint8Array(16)), function (byte, i) {
    return (i === 6 ? byte & 15 | 64 : i === 8 ? byte & 63 | 128 : byte) + 256;
  }).map(function (byte) { return byte.toString(16).slice(1); }).join("");
  form.submission_id.value = hex.replace(/(.{8})(....)(....)(....)/, "$1-$2-$3-$4-");
}
function offer(draft) {
  var box = byId("unfinished");
  box.hidden = false;
  all("button", box).forEach(function (button, i) {
    button.addEventListener("click", function () {
      box.hidden = true;
      if (i) return forgetOther();
      restore(draft); refresh(); save();
      if (draft.where.length > 1) go(draft.where.slice(1));
    });
  });
  function forgetOther() { try { localStorage.removeItem(key); } catch (e) { /* it was there a moment ago */ } }
}
function begin() {
  if (form.hasAttribute("data-filled")) return save();
  var own = kept("sessionStorage"), other = !kiosk && kept("localStorage");
  if (own) { restore(own); if (kiosk) forget(); return; }
  freshId();
  if (location.hash && history.replaceState) history.replaceState(null, "", location.pathname + location.search);
  if (other && other.n && Date.now() - other.at < 432e5) offer(other);
}

// Moving between sections: each has an address, so the browser's back button goes one section back.
function show(section, target) {
  sections.forEach(function (s) { s.classList.toggle("on", s === section); });
  if (section === check) listAnswers();
  var whole = path(), steps = whole.slice(1, -1), at = steps.indexOf(section);
  document.documentElement.classList.toggle("inside", section !== sections[0]);
  back.hidden = section === sections[0];
  if (!back.hidden) back.firstChild.href = "#" + whole[Math.max(whole.indexOf(section) - 1, 0)].id;
  progress.hidden = at < 0;
  if (at >= 0) progress.textContent = fill(say.part, at + 1, steps.length);
  var focus = target || section.querySelector("h2");
  if (focus && (moved || target)) focus.focus({ preventScroll: true });
  if (target) target.scrollIntoView({ block: "center" }); else if (moved) window.scrollTo(0, 0);
}
function go(id) {
  moved = 1;
  if (location.hash === "#" + id) route(); else if (kiosk) location.replace("#" + id); else location.hash = id;
}
function route() {
  if (over || sending) return;
  var target = location.hash.length > 1 && byId(decodeURIComponent(location.hash.slice(1)));
  if (!target || !form.contains(target)) return show(sections[0]);
  var section = target;
  while (section.tagName !== "SECTION") { section = section.parentNode; if (section === form) return show(sections[0]); }
  if (section === check) { var wrong = sections.filter(problems)[0]; if (wrong) return blame(wrong); }
  show(section, target === section ? null : target);
}

// Required questions: the same words above and beside the question.
function problems(section) {
  return items(section).filter(function (item) { return item.hasAttribute("data-required") && !ticked(item); }).length;
}
function clear(section) {
  all(".error,.note", section).concat([byId("error-summary")]).forEach(function (e) { if (e) e.parentNode.removeChild(e); });
  all(".bad", section).forEach(function (e) { e.classList.remove("bad"); });
  document.title = title;
}
function blame(section) {
  clear(section);
  var box = make("div", ""), list = document.createElement("ul");
  document.title = say.error + " " + title;
  box.id = "error-summary"; box.tabIndex = -1; box.setAttribute("role", "alert");
  make("h2", say.problem, box); box.appendChild(list);
  items(section).forEach(function (item) {
    if (!item.hasAttribute("data-required") || ticked(item)) return;
    var words = fill(say.required, wording(item)), note = make("p", words);
    note.className = "error"; note.id = "e-" + item.id.slice(2);
    item.classList.add("bad"); item.setAttribute("aria-describedby", note.id);
    item.insertBefore(note, item.querySelector("label"));
    make("a", words, make("li", "", list)).href = "#" + item.id.slice(2);
  });
  section.insertBefore(box, section.firstChild);
  moved = 1; show(section); box.focus(); box.scrollIntoView({ block: "start" });
}
function remind(section) {
  var blank = items(section).filter(function (item) { return item.tagName === "FIELDSET" && !item.querySelector("small") && !ticked(item); }).length;
  if (!blank || reminded[section.id]) return false;
  reminded[section.id] = true;
  var note = make("p", fill(say.blanks, blank)), row = section.querySelector(".go");
  note.className = "note"; note.setAttribute("role", "status"); row.parentNode.insertBefore(note, row);
  note.scrollIntoView({ block: "center" });
  return true;
}
function next(section) {
  var declined = form.querySelector("[name=consent][value=decline]:checked");
  if (section === sections[0] && declined) return kiosk ? post(form.action).then(leave, leave) : form.submit();
  if (problems(section)) return blame(section);
  clear(section);
  if (remind(section)) return;
  var steps = path(), after = steps[steps.indexOf(section) + 1];
  if (returning) after = steps.filter(function (s) {
    return s !== section && items(s).some(function (item) { return hiddenAtCheck[item.id] && !ticked(item) && item.tagName === "FIELDSET"; });
  })[0] || check;
  go(after.id);
}

// What the person said, before it is sent.
function listAnswers() {
  var box = check.querySelector("[data-answers]");
  box.textContent = ""; returning = true; hiddenAtCheck = {};
  all(".q[data-if]", form).forEach(function (item) { if (item.hidden) hiddenAtCheck[item.id] = true; });
  path().slice(1, -1).forEach(function (section) {
    make("h3", section.querySelector("h2").textContent, box);
    var list = document.createElement("ul"); list.className = "answers"; box.appendChild(list);
    items(section).forEach(function (item) {
      var row = make("li", "", list), input = ticked(item), text = item.querySelector("textarea");
      var words = input ? input.nextElementSibling.textContent : text && text.value.trim();
      make("span", wording(item) + " ", row).className = "asked";
      var answer = make("b", words || say.unanswered, row);
      if (!words) answer.className = "none";
      var link = make("a", say.change, row); link.className = "link"; link.href = "#" + item.id.slice(2);
      make("span", ": " + wording(item), link).className = "vh";
    });
  });
}

// Sending: put down on this phone first, then sent from here, so that a network that fails loses nothing.
// Where the browser cannot, the form goes the browser's own way.
function encoded() {
  return all("input,textarea", form).filter(function (e) { return e.name && e.value && (e.type !== "radio" || e.checked); }).map(function (e) {
    return encodeURIComponent(e.name) + "=" + encodeURIComponent(e.value).replace(/%20/g, "+");
  }).join("&");
}
function post(address) {
  return fetch(address, { method: "POST", headers: { "Content-Type": "application/x-www-form-urlencoded" }, body: encoded() });
}
function leave() { location.replace(say.kiosk); }
function send() {
  var button = form.querySelector("[data-send]");
  if (!waiting.able) { form.action = button.formAction; sending = true; return form.submit(); }
  sending = { id: form.submission_id.value, url: button.formAction, body: encoded(), words: check.querySelector("[data-answers]").innerText, at: Date.now(), shared: shared };
  tell(say.sending);
  outbox.keep(sending).then(function () { sending.stored = true; forget(); }, function () {}).then(attempt);
}
function attempt() {
  var patience = setTimeout(stay, 15000);
  outbox.send(sending).then(function (page) { clearTimeout(patience); arrived(page); }, function () {
    clearTimeout(patience); stay();
    clearTimeout(retry); retry = setTimeout(function () { if (!over) attempt(); }, 10000);
  });
}
function tell(words) { var note = byId("sending"); note.textContent = words; note.hidden = false; }
// It waits: said in words, with what the person may do meanwhile.
function stay() {
  if (over || check.classList.contains("waits")) return;
  check.classList.add("waits");
  back.hidden = true;
  check.querySelector("h2").textContent = say.waiting;
  form.querySelector("[data-send]").textContent = waiting.box.dataset.now;
  tell(sending.stored ? say.waits : say.stay);
  window.scrollTo(0, 0); byId("sending").focus();
  if (sending.stored && navigator.serviceWorker) navigator.serviceWorker.ready.then(function (worker) { return worker.sync && worker.sync.register("outbox"); }).then(null, function () {});
}
// The server's page takes the place of this one: the receipt, or why the form is not taken.
function arrived(page) {
  if (over) return;
  if (sending.refused === 422) { outbox.drop(sending.id).then(null, function () {}); form.action = sending.url; return form.submit(); }
  var bare = page.replace(/<(style|script)[^]*?<\/\1>/g, ""), answer = new DOMParser().parseFromString(bare, "text/html"), main = answer.getElementById("main"), heading = main.querySelector("h1");
  over = true; forget();
  document.documentElement.classList.remove("inside");
  document.title = answer.title;
  all("header,footer").forEach(function (e) { e.parentNode.removeChild(e); });
  byId("main").parentNode.replaceChild(main, byId("main"));
  if (history.replaceState) history.replaceState(null, "", location.pathname + location.search);
  if (sending.receipt) waiting.shown = sending.id;
  main.appendChild(waiting.box);
  waiting.redraw().then(null, function () {});
  heading.tabIndex = -1; heading.focus(); window.scrollTo(0, 0);
}

all("[data-next]", form).forEach(function (button) {
  var section = button.parentNode.parentNode;
  button.addEventListener("click", function () { next(section); });
});
all("[data-language]").forEach(function (button) {
  button.addEventListener("click", function (event) {
    save(true);
    if (keeps) { event.preventDefault(); location.replace((kiosk ? say.kiosk + "/form" : location.pathname) + "?lang=" + button.lang + location.hash); }
    else button.setAttribute("formaction", button.formAction + location.hash);
  });
});
form.addEventListener("submit", function (event) {
  var button = event.submitter || document.activeElement, section = form.querySelector("section.on");
  if (button && (button.hasAttribute("data-language") || button.hasAttribute("data-leave"))) return;
  event.preventDefault();
  if (section !== check) next(section); else if (!sending) send(); else if (check.classList.contains("waits")) attempt();
});
form.addEventListener("change", function () { refresh(); save(); });
form.addEventListener("input", save);
window.addEventListener("hashchange", function () { moved = 1; route(); save(); });
window.addEventListener("pageshow", function (event) { if (event.persisted && (kiosk || over || sending)) location.reload(); });
window.addEventListener("online", function () { if (sending && !over) attempt(); });
if (navigator.serviceWorker) window.addEventListener("load", function () {
  navigator.serviceWorker.register("/sw.js", { scope: "/s/" }).then(function () { return caches.open("forms-1"); }).then(function (cache) {
    return fetch(location.pathname + location.search, { cache: "force-cache" }).then(function (page) { if (page.ok) return cache.put(page.url, page); });
  }).then(null, function () { /* no room, or not allowed: the page works while there is a network */ });
});

begin();
refresh();
var wrong = document.querySelector("#error-summary a");
if (wrong && !location.hash) { var bad = byId(wrong.hash.slice(1)); while (bad.tagName !== "SECTION") bad = bad.parentNode; show(bad); byId("error-summary").focus(); }
else route();
})();
