// Forms that wait on this phone: kept in the browser's database until the server says it has them, or why it
// will not take them. Shared by the pages and the service worker; sending twice is harmless, since the server
// stores a submission id once.
var outbox = (function () {
"use strict";
function inStore(mode, work) {
  return new Promise(function (resolve, reject) {
    var opening = indexedDB.open("survey", 1);
    opening.onupgradeneeded = function () { opening.result.createObjectStore("outbox", { keyPath: "id" }); };
    opening.onerror = function () { reject(opening.error); };
    opening.onsuccess = function () {
      var db = opening.result;
      function close(settle, what) { db.close(); settle(what); }
      try {
        var change = db.transaction("outbox", mode), asked = work(change.objectStore("outbox"));
        change.oncomplete = function () { close(resolve, asked.result); };
        change.onerror = change.onabort = function () { close(reject, change.error); };
      } catch (error) { close(reject, error); }
    };
  });
}
function keep(form) { return inStore("readwrite", function (store) { return store.put(form); }); }
function drop(id) { return inStore("readwrite", function (store) { return store["delete"](id); }); }
function all() { return inStore("readonly", function (store) { return store.getAll(); }); }
function waits(form) { return !form.receipt && !form.refused; }

// Send one form; the page that answered it. Rejects while it has to wait: no network, a server that is not
// there, or somebody else's page in between (a hotel's or café's sign-in).
function send(form) {
  return fetch(form.url, { method: "POST", headers: { "Content-Type": "application/x-www-form-urlencoded" }, body: form.body }).then(function (answer) {
    return answer.text().then(function (page) {
      var code = /id="receipt-code">([0-9A-Z-]+)/.exec(page), is_ours = page.indexOf('<main id="main"') > 0;
      if (answer.ok && code) { form.receipt = code[1]; form.body = form.words = ""; }
      else if (answer.status >= 400 && answer.status < 500 && answer.status !== 429 && is_ours) { form.refused = answer.status; form.why = (/<h1>([^<]*)/.exec(page) || ["", ""])[1]; }
      else throw new Error("not delivered");
      return (form.shared && form.receipt ? drop(form.id) : keep(form)).then(null, function () {}).then(function () { return page; });
    });
  });
}
// Send whatever waits, one after the other; what is kept then. Rejects where nothing can be kept.
function sendAll() {
  return all().then(function (kept) {
    return kept.filter(waits).reduce(function (before, form) {
      return before.then(function () { return send(form).then(null, function () {}); });
    }, Promise.resolve()).then(all);
  });
}
return { keep: keep, drop: drop, all: all, waits: waits, send: send, sendAll: sendAll };
})();
