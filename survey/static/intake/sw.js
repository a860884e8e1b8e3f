// The service worker: a questionnaire opened once opens again without a network, and forms that wait are sent
// when the network returns, whether or not the page is open.
var CACHE = "forms-1";
self.addEventListener("install", function () { self.skipWaiting(); });
self.addEventListener("activate", function (event) { event.waitUntil(self.clients.claim()); });
self.addEventListener("sync", function (event) {
  if (event.tag === "outbox") event.waitUntil(sendWaiting());
});
// Pages ask for copies instead of storing them: what a page writes is cut off when somebody leaves it.
self.addEventListener("message", function (event) {
  event.waitUntil(Promise.all(event.data.pages.map(function (page) {
    return fetch(page, { cache: event.data.cache }).then(function (answer) {
      if (answer.ok) return keep(page, answer);
    })["catch"](function () {});
  })));
});
self.addEventListener("fetch", function (event) {
  var request = event.request;
  if (request.mode !== "navigate") return;
  event.respondWith(request.method === "GET" ? load(request) : fetch(request)["catch"](offline));
});
function sendWaiting() {
  return outbox.sendAll().then(function (forms) {
    if (forms.some(outbox.waits)) throw new Error("some forms still wait");
  });
}
// The network's page, or the stored copy when the network's takes over three seconds, fails or is an error.
function load(request) {
  return new Promise(function (resolve) {
    var patience = setTimeout(function () {
      copy(request).then(function (page) {
        if (page) resolve(page);
      });
    }, 3000);
    fetch(request).then(function (answer) {
      clearTimeout(patience);
      if (answer.status >= 500) return copy(request).then(function (page) { resolve(page || answer); });
      resolve(answer.clone());
      return keep(request, answer);
    })["catch"](function () {
      clearTimeout(patience);
      copy(request).then(function (page) { resolve(page || offline()); });
    });
  });
}
function keep(request, answer) {
  return caches.open(CACHE).then(function (cache) {
    var isPage = (answer.headers.get("Content-Type") || "").indexOf("text/html") === 0;
    return answer.ok && isPage && !answer.redirected ? cache.put(request, answer) : cache["delete"](request);
  })["catch"](function () {});
}
function copy(request) {
  return caches.open(CACHE).then(function (cache) {
    return cache.match(request).then(function (page) {
      return page || cache.match(request, { ignoreSearch: true });
    });
  })["catch"](function () {});
}
function offline() {
  return new Response(OFFLINE_PAGE, {
    status: 503,
    headers: {
      "Content-Type": "text/html; charset=utf-8",
      "Content-Security-Policy": "default-src 'none'; style-src 'nonce-offline'"
    }
  });
}
