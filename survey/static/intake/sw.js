// The service worker: a questionnaire opened once opens again without a network, and forms that wait are sent
// when the network returns, with the page closed or not.
var CACHE = "forms-1";
self.addEventListener("install", function () { self.skipWaiting(); });
self.addEventListener("activate", function (event) { event.waitUntil(self.clients.claim()); });
self.addEventListener("sync", function (event) { if (event.tag === "outbox") event.waitUntil(sendWaiting()); });
self.addEventListener("fetch", function (event) {
  if (event.request.mode === "navigate") event.respondWith(event.request.method === "GET" ? page(event.request) : fetch(event.request).catch(offline));
});
function sendWaiting() {
  return outbox.sendAll().then(function (kept) { if (kept.some(outbox.waits)) throw new Error("some forms still wait"); });
}
// The network's answer; the kept copy when it does not come within three seconds, or only an error comes.
function page(request) {
  return new Promise(function (resolve) {
    var patience = setTimeout(function () { copy(request).then(function (found) { if (found) resolve(found); }); }, 3000);
    fetch(request).then(function (answer) {
      clearTimeout(patience);
      if (answer.status >= 500) return copy(request).then(function (found) { resolve(found || answer); });
      resolve(answer.clone());
      return keep(request, answer);
    }).catch(function () {
      clearTimeout(patience);
      copy(request).then(function (found) { resolve(found || offline()); });
    });
  });
}
function keep(request, answer) {
  return caches.open(CACHE).then(function (cache) {
    var is_page = (answer.headers.get("Content-Type") || "").indexOf("text/html") === 0;
    return answer.ok && is_page && !answer.redirected ? cache.put(request, answer) : cache["delete"](request);
  }).catch(function () {});
}
function copy(request) {
  return caches.open(CACHE).then(function (cache) {
    return cache.match(request).then(function (found) { return found || cache.match(request, { ignoreSearch: true }); });
  }).catch(function () {});
}
function offline() {
  return new Response(OFFLINE_PAGE, { status: 503, headers: { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": "default-src 'none'; style-src 'nonce-offline'" } });
}
