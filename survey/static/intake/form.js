// The questionnaire: one section at a time, errors, the check page. The page works without scripts.
// rendering.page_script puts this file after its parts (dom.js, form_path.js, form_draft.js, form_send.js) into one
// function: the parts declare functions, this file declares the variables they share and runs.
var form = byId("f"), texts = form.dataset, isKiosk = "kiosk" in texts;
var progress = form.querySelector(".progress"), back = form.querySelector(".back");
var title = document.title.replace(texts.error + " ", "");
var sections = all("section", form), first = sections[0], check = byId("s-check");
var sendButton = form.querySelector("[data-send]"), draftKey = "draft:" + texts.draft;
var hasMoved = false, isReturning = false, isReminded = {}, wasHidden = {};

function save() {
  if (!isKiosk && !entry) saveDraft();
}
function sectionOf(element) {
  while (element !== form && element.tagName !== "SECTION") element = element.parentNode;
  return element === form ? null : element;
}

// Moving between sections: each has an address, so the browser's back button goes one section back.
function show(section, target) {
  sections.forEach(function (other) { other.classList.toggle("on", other === section); });
  if (section === check) listAnswers();
  var steps = path(), index = steps.indexOf(section);
  document.documentElement.classList.toggle("inside", section !== first);
  back.hidden = section === first;
  if (!back.hidden) back.firstChild.href = "#" + steps[Math.max(index - 1, 0)].id;
  progress.hidden = index < 1 || section === check;
  var total = countSteps(section), isSure = total === steps.length - 2;
  if (!progress.hidden) progress.textContent = fill(isSure ? texts.part : texts.partly, index, total);
  var focus = target || section.querySelector("h2");
  if (focus && (hasMoved || target)) focus.focus({ preventScroll: true });
  if (target) target.scrollIntoView({ block: "center" });
  else if (hasMoved) window.scrollTo(0, 0);
}
function go(id) {
  hasMoved = true;
  if (location.hash === "#" + id) route();
  else if (isKiosk) location.replace("#" + id);
  else location.hash = id;
}
function route() {
  if (entry) return;
  var target = location.hash.length > 1 && byId(decodeURIComponent(location.hash.slice(1)));
  var section = target && form.contains(target) && sectionOf(target);
  if (!section) return target && hasMoved || show(byId(texts.filled) || first);
  var wrong = section === check && sections.filter(function (other) { return problems(other).length; })[0];
  if (wrong) return showErrors(wrong);
  show(section, target === section ? null : target);
}
function next(section) {
  var hasDeclined = form.querySelector("[name=consent][value=decline]:checked");
  if (section === first && hasDeclined) return decline();
  if (problems(section).length) return showErrors(section);
  clearErrors(section);
  if (!remind(section)) go(nextStep(path(), section, isReturning, asksNew).id);
}
function asksNew(section) {
  return blanks(section).some(function (item) { return wasHidden[item.id]; });
}

// Required questions: the same message above the section and beside the question.
function clearErrors(section) {
  all(".error,.note", section).forEach(remove);
  if (byId("error-summary")) remove(byId("error-summary"));
  all(".bad", section).forEach(function (item) { item.classList.remove("bad"); });
  document.title = title;
}
function showErrors(section) {
  clearErrors(section);
  var box = make("div", ""), list = document.createElement("ul");
  document.title = texts.error + " " + title;
  box.id = "error-summary";
  box.tabIndex = -1;
  box.setAttribute("role", "alert");
  if (texts.words) box.lang = texts.words;
  make("h2", texts.problem, box);
  box.appendChild(list);
  problems(section).forEach(function (item) {
    var message = fill(texts.required, wording(item)), note = make("p", message);
    note.className = "error";
    if (texts.words) note.lang = texts.words;
    note.id = "e-" + item.id.slice(2);
    item.classList.add("bad");
    item.setAttribute("aria-describedby", note.id);
    item.insertBefore(note, item.querySelector("label"));
    make("a", message, make("li", "", list)).href = "#" + item.id.slice(2);
  });
  section.insertBefore(box, section.firstChild);
  hasMoved = true;
  show(section);
  box.focus();
  box.scrollIntoView({ block: "start" });
}
// Say once how many questions of a section have no answer, the optional ones aside; whether it was said now.
function remind(section) {
  var n = blanks(section).filter(function (item) { return !item.querySelector("small"); }).length;
  if (!n || isReminded[section.id]) return false;
  isReminded[section.id] = true;
  var note = make("p", fill(texts.blanks, n)), row = section.querySelector(".go");
  note.className = "note";
  note.setAttribute("role", "status");
  row.parentNode.insertBefore(note, row);
  note.scrollIntoView({ block: "center" });
  return true;
}

// The check page: every question and its answer, before the form is sent.
function listAnswers() {
  var box = check.querySelector("[data-answers]");
  box.textContent = "";
  isReturning = true;
  wasHidden = {};
  all(".q[data-if]", form).forEach(function (item) { wasHidden[item.id] = item.hidden; });
  path().slice(1, -1).forEach(function (section) {
    make("h3", section.querySelector("h2").textContent, box);
    var list = make("ul", "", box);
    list.className = "answers";
    items(section).forEach(function (item) { listAnswer(item, make("li", "", list)); });
  });
}
function listAnswer(item, row) {
  var input = ticked(item), comment = item.querySelector("textarea");
  var text = input ? input.nextElementSibling.textContent : comment && comment.value.trim();
  make("span", wording(item) + " ", row).className = "asked";
  var answer = make("b", text || texts.unanswered, row), link = make("a", texts.change, row);
  if (!text) answer.className = "none";
  link.className = "link";
  link.href = "#" + item.id.slice(2);
  make("span", ": " + wording(item), link).className = "vh";
}

all("[data-next]", form).forEach(function (button) {
  button.addEventListener("click", function () { next(sectionOf(button)); });
});
all("[data-language]").forEach(function (button) {
  button.addEventListener("click", function (event) {
    if (!entry) saveDraft();
    // a form that the server filled in, as after a code, is at no address that opens it again
    var isSent = !isStored || texts.filled && !isKiosk;
    if (isSent) return button.setAttribute("formaction", button.formAction + location.hash);
    event.preventDefault();
    var address = isKiosk ? texts.kiosk + "/form" : location.pathname;
    location.replace(address + "?lang=" + button.lang + location.hash);
  });
});
form.addEventListener("submit", function (event) {
  if (/plain/.test(document.documentElement.className)) return;
  var button = event.submitter || document.activeElement, section = form.querySelector("section.on");
  if (button && (button.hasAttribute("data-language") || button.hasAttribute("data-leave"))) return;
  event.preventDefault();
  if (section !== check) next(section);
  else if (!entry) send();
  else if (isWaiting()) attempt();
});
form.addEventListener("change", function () {
  refresh();
  save();
});
form.addEventListener("input", save);
window.addEventListener("online", resume);
window.addEventListener("hashchange", function () {
  hasMoved = true;
  route();
  save();
});
window.addEventListener("pageshow", function (event) {
  if (event.persisted && (isKiosk || entry)) location.reload();
});
// The service worker, and a copy of this page for when there is no network. Where it is not allowed, or there is no
// room, the page works while there is a network.
if (navigator.serviceWorker) window.addEventListener("load", function () {
  navigator.serviceWorker.register("/sw.js", { scope: "/s/" }).then(function () {
    return navigator.serviceWorker.ready;
  }).then(function (worker) {
    worker.active.postMessage({ pages: [location.pathname + location.search], cache: "force-cache" });
  }).then(null, ignore);
});

if (texts.filled) save();
else beginDraft(function (where) {
  refresh();
  save();
  if (where.length > 1) go(where.slice(1));
});
refresh();
var wrong = document.querySelector("#error-summary a");
if (wrong && !location.hash) {
  show(sectionOf(byId(wrong.hash.slice(1))));
  byId("error-summary").focus();
} else route();
window.onerror = null;
