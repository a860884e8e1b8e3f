// A scanned QR carries its code behind the #, which no server sees: it is set into the field and sent. So is a code
// that was typed as an address, which then no longer stands there.
(function () {
"use strict";
var code = decodeURIComponent(location.hash.slice(1)), field = byId("code");
if (field.hasAttribute("data-send")) {
  if (history.replaceState) history.replaceState(null, "", field.form.getAttribute("action"));
  field.form.submit();
  return;
}
if (!/^[0-9A-Za-z-]{8,20}$/.test(code) || field.value) return;
field.value = code;
if (history.replaceState) history.replaceState(null, "", location.pathname + location.search);
field.form.submit();
})();
