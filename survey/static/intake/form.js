// One section at a time, skip logic for browsers without :has(), answers kept on this phone until they are sent.
// The page works without this script; old browsers are served, so it keeps to what a 2016 WebView knows.
(function () {
"use strict";
var form = document.getElementById("f"), say = form.dataset, key = "draft:" + say.draft;
var sections = all("section", form), check = byId("s-check"), progress = form.querySelector(".progress"), back = form.querySelector(".back");
var title = document.title.replace(say.error + " ", ""), reminded = {}, returning = false, hiddenAtCheck = {}, sent = false, moved = 0;

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

// The draft: kept in this tab until the form is sent.
function save() {
  var answers = {};
  all("input:checked,textarea", form).forEach(function (e) { if (e.value) answers[e.name] = e.value; });
  try { sessionStorage.setItem(key, JSON.stringify({ id: form.submission_id.value, answers: answers })); } catch (e) { /* storage denied: the page itself keeps them */ }
}
function restore() {
  var kept;
  try { kept = JSON.parse(sessionStorage.getItem(key)); } catch (e) { return; }
  if (!kept) return;
  form.submission_id.value = kept.id;
  all("input[type=radio],textarea", form).forEach(function (e) {
    var value = kept.answers[e.name];
    if (value === undefined) return;
    if (e.type === "radio") e.checked = e.value === value; else e.value = value;
  });
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
function go(id) { moved = 1; if (location.hash === "#" + id) route(); else location.hash = id; }
function route() {
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
  if (section === sections[0] && declined) return form.submit();
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

all("[data-next]", form).forEach(function (button) {
  var section = button.parentNode.parentNode;
  button.addEventListener("click", function () { next(section); });
});
all("[data-language]").forEach(function (button) {
  var address = button.getAttribute("formaction");
  button.addEventListener("click", function () { button.setAttribute("formaction", address + location.hash); button.chosen = true; });
});
form.addEventListener("submit", function (event) {
  var button = event.submitter || document.activeElement, section = form.querySelector("section.on");
  if (button && button.hasAttribute("data-language")) return;
  if (section !== check) { event.preventDefault(); return next(section); }
  if (sent) return event.preventDefault();
  sent = true;
  if (!button || !button.hasAttribute("data-send")) form.action = form.querySelector("[data-send]").formAction;
});
form.addEventListener("change", function () { refresh(); save(); });
form.addEventListener("input", save);
window.addEventListener("hashchange", function () { moved = 1; route(); });
window.addEventListener("pageshow", function () { sent = false; });

if (form.hasAttribute("data-filled")) save(); else restore();
refresh();
var wrong = document.querySelector("#error-summary a");
if (wrong && !location.hash) { var bad = byId(wrong.hash.slice(1)); while (bad.tagName !== "SECTION") bad = bad.parentNode; show(bad); byId("error-summary").focus(); }
else route();
})();
