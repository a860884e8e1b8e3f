// The box that says which forms wait on this phone, which were sent, and which the office did not take.
var waiting = (function () {
"use strict";
var box = document.getElementById("outbox"), say = box.dataset, able = window.fetch && window.Promise, busy = false;
function make(tag, words, parent) { var e = document.createElement(tag); e.textContent = words; parent.appendChild(e); return e; }
function button(words, parent, action) { var e = make("button", words, parent); e.type = "button"; e.className = "link"; e.onclick = action; }
function fill(text, value) { return text.replace("{}", value); }
function when(form) { return new Date(form.at).toLocaleString(document.documentElement.lang, { day: "numeric", month: "numeric", hour: "numeric", minute: "numeric" }); }
function remove(form, row) { outbox.drop(form.id).then(function () { row.parentNode.removeChild(row); }); }
function draw(kept) {
  var waits = kept.filter(outbox.waits);
  box.textContent = "";
  if (waits.length) {
    var first = make("div", "", box);
    make("p", fill(say.waiting, waits.length), first);
    button(say.now, first, sendAll);
  }
  if (!("kiosk" in say)) kept.forEach(function (form) {
    if (outbox.waits(form) || form.id === waiting.shown) return;
    var row = make("div", "", box);
    make("p", fill(form.receipt ? say.sent : say.refused, when(form)) + " " + (form.receipt || form.why), row);
    if (form.receipt) { make("a", say.view, row).href = say.receipt + "#" + form.receipt; }
    else { var more = make("details", "", row); make("summary", say.words, more); make("pre", form.words, more); }
    button(say.remove, row, function () { remove(form, row); });
  });
  box.hidden = !box.firstChild;
}
function sendAll() {
  if (!able || busy) return;
  busy = true;
  outbox.sendAll().then(draw).then(done, done);
  function done() { busy = false; }
}
function redraw() { return outbox.all().then(draw); }
if (able) {
  window.addEventListener("online", sendAll);
  document.addEventListener("visibilitychange", function () { if (!document.hidden) sendAll(); });
  setInterval(function () { if (!document.hidden && box.querySelector("button")) sendAll(); }, 30000);
  setTimeout(sendAll, 0);
}
return { able: able, box: box, redraw: redraw, sendAll: sendAll, shown: null };
})();
