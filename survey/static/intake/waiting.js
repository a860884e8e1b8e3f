// The box of the forms on this phone: how many wait, and a link to the page that lists the others (kept_forms.js).
var waiting = (function () {
var box = byId("outbox"), texts = box.dataset, able = window.fetch && window.Promise, isBusy = false;

function addButton(text, parent, action) {
  var button = make("button", text, parent);
  button.type = "button";
  button.className = "link";
  button.onclick = action;
}
function draw(forms) {
  var own = document.getElementsByName("submission_id")[0], n = forms.filter(outbox.waits).length;
  var others = forms.filter(function (form) {
    return !outbox.waits(form) && form.id !== waiting.shown && !(own && form.id === own.value);
  });
  var isRefused = others.some(function (form) { return form.refused; });
  box.textContent = "";
  if (n) {
    make("p", fill(texts.waiting, n), box);
    addButton(texts.now, box, sendAll);
  }
  if (others.length) point(isRefused ? texts.refused : texts.sent);
  box.hidden = !box.firstChild;
  if (waiting.list) waiting.list(others);
}
// Nothing of a form stands here: the next person may be somebody else.
function point(text) {
  if (text && texts.list) make("a", text, box).href = texts.list;
  else if (text) make("p", text, box);
}
function sendAll() {
  if (!able || isBusy) return;
  isBusy = true;
  outbox.sendAll().then(draw).then(finish, finish);
}
function finish() {
  isBusy = false;
}
function redraw() {
  return outbox.all().then(draw);
}
if (able) {
  window.addEventListener("online", sendAll);
  document.addEventListener("visibilitychange", function () {
    if (!document.hidden) sendAll();
  });
  setInterval(function () {
    if (!document.hidden && box.querySelector("button")) sendAll();
  }, 30000);
  setTimeout(sendAll, 0);
}
return { able: able, box: box, redraw: redraw, shown: null };
})();
