// Forms that wait on this phone: stored in the browser's database until the server has them, or refuses them.
// Shared by the pages and the service worker. Sending twice is harmless: the server stores a submission id once.
var outbox = (function () {
// The result of a request to the store, once its transaction is complete.
function inStore(mode, request) {
  return new Promise(function (resolve, reject) {
    var opening = indexedDB.open("survey", 1);
    opening.onupgradeneeded = function () { opening.result.createObjectStore("outbox", { keyPath: "id" }); };
    opening.onerror = function () { reject(opening.error); };
    opening.onsuccess = function () {
      var db = opening.result;
      function close(settle, value) {
        db.close();
        settle(value);
      }
      try {
        var change = db.transaction("outbox", mode), answer = request(change.objectStore("outbox"));
        change.oncomplete = function () { close(resolve, answer.result); };
        change.onerror = change.onabort = function () { close(reject, change.error); };
      } catch (error) { close(reject, error); }
    };
  });
}
function keep(form) {
  return inStore("readwrite", function (store) { return store.put(form); });
}
// Store what became of a form, unless it was removed meanwhile: a receipt that was seen does not come back.
function update(form) {
  return inStore("readwrite", function (store) {
    var old = store.get(form.id);
    old.onsuccess = function () {
      if (old.result) store.put(form);
    };
    return old;
  });
}
// Keep a receipt for thirty days, because its owner said so.
function keepReceipt(form) {
  form.until = Date.now() + 2592e6;
  form.isKept = true;
  return keep(form);
}
function drop(id) {
  return inStore("readwrite", function (store) { return store["delete"](id); });
}
function isOver(form) {
  return form.receipt && Date.now() > (form.until || form.at + 2592e6);
}
// Every form, without receipts whose time is over, which are deleted.
function all() {
  return inStore("readwrite", function (store) {
    var forms = store.getAll();
    forms.onsuccess = function () {
      forms.result.filter(isOver).forEach(function (form) { store["delete"](form.id); });
    };
    return forms;
  }).then(function (forms) {
    return forms.filter(function (form) { return !isOver(form); });
  });
}
function waits(form) {
  return !form.receipt && !form.refused;
}
// Note in the form what the server's page says: a receipt code, or why the form is refused. Throws while the form has
// to wait: an error of the server, or a page of somebody else in between (the sign-in of a hotel or café).
function note(form, answer, page) {
  var code = /id="receipt-code">([0-9A-Z-]+)/.exec(page), isOurs = page.indexOf('<main id="main"') > 0;
  if (answer.ok && code) {
    form.receipt = code[1];
    form.body = form.words = "";
    form.until = Date.now() + 6048e5; // a week, for somebody who was away when it was sent
  } else if (answer.status >= 400 && answer.status < 500 && answer.status !== 429 && isOurs) {
    form.refused = answer.status;
    form.why = (/<h1>([^<]*)/.exec(page) || ["", ""])[1];
  } else throw new Error("not delivered");
}
// Send one form and store the outcome; the page that answered it. Rejects while the form has to wait.
function send(form) {
  var headers = { "Content-Type": "application/x-www-form-urlencoded" };
  return fetch(form.url, { method: "POST", headers: headers, body: form.body }).then(function (answer) {
    return answer.text().then(function (page) {
      note(form, answer, page);
      var isDone = form.shared && form.receipt;
      return (isDone ? drop(form.id) : update(form)).then(null, function () {}).then(function () { return page; });
    });
  });
}
// Send the forms that wait, one after the other; all forms stored then. Rejects where nothing can be stored.
function sendAll() {
  return all().then(function (forms) {
    return forms.filter(waits).reduce(function (before, form) {
      return before.then(function () { return send(form).then(null, function () {}); });
    }, Promise.resolve()).then(all);
  });
}
return {
  keep: keep, keepReceipt: keepReceipt, drop: drop, all: all, waits: waits, note: note, send: send, sendAll: sendAll
};
})();
self.outbox = outbox; // for the tests, which look at what a phone stores
