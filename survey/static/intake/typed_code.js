// A scanned QR carries its code behind the #, which no server sees: it is set into the field and sent.
(function () {
"use strict";
var code = decodeURIComponent(location.hash.slice(1)), field = byId("code");
if (!/^[0-9A-Za-z-]{8,20}$/.test(code) || field.value) return;
field.value = code;
if (history.replaceState) history.replaceState(null, "", location.pathname + location.search);
field.form.submit();
})();
