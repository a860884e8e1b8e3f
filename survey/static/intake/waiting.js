// The box that lists the forms that wait on this phone, those that were sent and those that were refused.
var waiting = (function () {
var box = byId("outbox"), texts = box.dataset, able = window.fetch && window.Promise, isBusy = false;

function addButton(text, parent, action) {
  var button = make("button", text, parent);
  button.type = "button";
  button.className = "link";
  button.onclick = action;
}
function time(form) {
  var format = { day: "numeric", month: "numeric", hour: "numeric", minute: "numeric" };
  return new Date(form.at).toLocaleString(document.documentElement.lang, format);
}
function draw(forms) {
  var n = forms.filter(outbox.waits).length;
  box.textContent = "";
  if (n) {
    var row = make("div", "", box);
    make("p", fill(texts.waiting, n), row);
    addButton(texts.now, row, sendAll);
  }
  if (!("kiosk" in texts)) forms.forEach(drawAnswered);
  box.hidden = !box.firstChild;
}
// A form with a receipt or a refusal, unless its receipt is the page that shows now.
function drawAnswered(form) {
  if (outbox.waits(form) || form.id === waiting.shown) return;
  var row = make("div", "", box);
  make("p", fill(form.receipt ? texts.sent : texts.refused, time(form)) + " " + (form.receipt || form.why), row);
  if (form.receipt) {
    make("a", texts.view, row).href = texts.receipt + "#" + form.receipt;
  } else {
    var details = make("details", "", row);
    make("summary", texts.words, details);
    make("pre", form.words, details);
  }
  addButton(texts.remove, row, function () {
    outbox.drop(form.id).then(function () { remove(row); });
  });
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
