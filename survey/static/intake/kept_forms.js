// The list of the forms on this phone that were sent or refused. A receipt code shows after a tap only.
(function () {
"use strict";
var list = byId("kept"), texts = list.dataset;

function time(form) {
  var format = { day: "numeric", month: "numeric", hour: "numeric", minute: "numeric" };
  return new Date(form.at).toLocaleString(document.documentElement.lang, format);
}
function addButton(text, parent, action) {
  var button = make("button", text, parent);
  button.type = "button";
  button.className = "link";
  button.onclick = action;
  return button;
}
function addRemove(form, row) {
  addButton(texts.remove, row, function () { outbox.drop(form.id).then(waiting.redraw); });
}
function drawReceipt(form, parent) {
  var row = make("div", "", parent);
  make("p", fill(texts.sent, time(form)) + " ", row);
  make("b", form.receipt, row.firstChild);
  make("a", texts.view, row).href = "#" + form.receipt;
  row.lastChild.onclick = function (event) {
    event.preventDefault();
    byId("code").value = form.receipt;
    byId("code").form.submit();
  };
  if (!form.isKept) addButton(texts.keep, row, function () { outbox.keepReceipt(form).then(waiting.redraw); });
  addRemove(form, row);
}
// What was refused is sent once more as a page: the server shows the form with what is wrong, or takes it.
function open(form) {
  var sender = make("form", "", document.body);
  sender.method = "post";
  sender.action = form.url;
  form.body.split("&").forEach(function (pair) {
    var field = make("textarea", "", sender), halves = pair.replace(/\+/g, " ").split("=");
    field.name = decodeURIComponent(halves[0]);
    field.value = decodeURIComponent(halves[1]);
  });
  sender.hidden = true;
  sender.submit();
}
function drawRefused(form, parent) {
  var row = make("div", "", parent);
  make("p", fill(texts.refused, time(form)) + " " + form.why, row);
  addButton(texts.open, row, function () { open(form); });
  var details = make("details", "", row);
  make("summary", texts.answers, details);
  make("pre", form.words, details);
  addRemove(form, row);
}
waiting.list = function (forms) {
  var sent = forms.filter(function (form) { return form.receipt; });
  var wasOpen = list.querySelector("details.sent[open]");
  list.textContent = "";
  forms.forEach(function (form) {
    if (form.refused) drawRefused(form, list);
  });
  if (sent.length) {
    var details = make("details", "", list);
    details.className = "sent";
    details.open = !!wasOpen;
    make("summary", fill(texts.codes, sent.length), details);
    sent.forEach(function (form) { drawReceipt(form, details); });
  }
  list.hidden = !list.firstChild;
};
})();
