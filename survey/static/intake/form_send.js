// Sending: the form is stored on this phone, then sent from here, so that a network that fails loses nothing.
// Where the browser cannot, the form is submitted as a page.
var entry = null, retry = 0, isOver = false;

function encode() {
  return encodeFields(all("input,textarea", form));
}
function decline() {
  if (!isKiosk) {
    forgetOnPhone();
    return form.submit();
  }
  function leave() { location.replace(texts.kiosk); }
  var headers = { "Content-Type": "application/x-www-form-urlencoded" };
  fetch(form.action, { method: "POST", headers: headers, body: encode() }).then(leave, leave);
}
function send() {
  var address = sendButton.formAction;
  entry = {};
  try {
    if (waiting.able) entry = {
      id: form.submission_id.value, url: address, body: encode(),
      words: check.querySelector("[data-answers]").innerText, at: Date.now(), shared: "shared" in texts
    };
  } catch (error) { /* half an emoji has no encoding; the browser's own way of sending replaces it */ }
  if (!entry.id) {
    form.action = address;
    return form.submit();
  }
  tell(texts.sending);
  outbox.keep(entry).then(function () {
    entry.stored = true;
    forgetDraft();
  }, ignore).then(attempt).then(null, giveUp);
}
// Whatever went wrong here: the button now sends the form as a plain page.
function giveUp() {
  document.documentElement.className += " plain";
  tell(texts.plain);
}
function attempt() {
  var patience = setTimeout(wait, 15000);
  outbox.send(entry).then(function (page) {
    clearTimeout(patience);
    finish(page);
  }, function () {
    clearTimeout(patience);
    wait();
    clearTimeout(retry);
    retry = setTimeout(resume, 10000);
  }).then(null, giveUp);
}
function resume() {
  if (entry && !isOver) attempt();
}
function tell(text) {
  var message = byId("sending");
  message.textContent = text;
  message.hidden = false;
}
function isWaiting() {
  return check.classList.contains("waits");
}
// Say that the form waits for a network, and what the person may do meanwhile.
function wait() {
  if (isOver || isWaiting()) return;
  check.classList.add("waits");
  back.hidden = true;
  check.querySelector("h2").textContent = texts.waiting;
  sendButton.textContent = waiting.box.dataset.now;
  askForSync().then(function () {
    if (isOver) return;
    tell(entry.stored ? texts.waits : texts.stay);
    window.scrollTo(0, 0);
    byId("sending").focus();
  });
}
// Have the service worker send the form when the network returns. Whoever is told that the form waits may leave at
// once, so this comes first; a browser that does not answer is waited for three seconds.
function askForSync() {
  var patience = new Promise(function (resolve) { setTimeout(resolve, 3000); });
  if (!entry.stored || !navigator.serviceWorker) return Promise.resolve();
  return Promise.race([patience, navigator.serviceWorker.ready.then(function (worker) {
    return worker.sync && worker.sync.register("outbox");
  })]).then(null, ignore);
}
// Replace this page by the server's: the receipt, or why the form is refused. Errors to correct need a page load; the
// form stays on the phone until it is sent.
function finish(page) {
  if (isOver) return;
  if (entry.refused === 422) {
    form.action = entry.url;
    return form.submit();
  }
  var answer = new DOMParser().parseFromString(page.replace(/<(style|script)[\s\S]*?<\/\1>/g, ""), "text/html");
  var main = answer.getElementById("main"), heading = main.querySelector("h1");
  isOver = true;
  forgetDraft();
  document.documentElement.classList.remove("inside");
  document.title = answer.title;
  all("header,footer").forEach(remove);
  byId("main").parentNode.replaceChild(main, byId("main"));
  if (history.replaceState) history.replaceState(null, "", location.pathname + location.search);
  if (entry.receipt) {
    waiting.shown = entry.id;
    if (!document.hidden) outbox.drop(entry.id).then(null, ignore);
    offerToKeep(main.querySelector("#keep"));
  }
  main.appendChild(waiting.box);
  waiting.redraw().then(null, ignore);
  heading.tabIndex = -1;
  heading.focus();
  window.scrollTo(0, 0);
}
// A receipt that was shown stays on the phone only if its owner wants it: the next person may be somebody else.
function offerToKeep(row) {
  if (!row) return;
  row.hidden = false;
  row.firstChild.onclick = function () {
    outbox.keepReceipt(entry).then(function () { row.textContent = row.dataset.kept; }, ignore);
  };
}
// The fields as a browser sends them (application/x-www-form-urlencoded).
function encodeFields(fields) {
  return fields.filter(function (field) {
    return field.name && field.value && (field.type !== "radio" || field.checked);
  }).map(function (field) {
    return encodeURIComponent(field.name) + "=" + encodeURIComponent(field.value).replace(/%20/g, "+");
  }).join("&");
}
