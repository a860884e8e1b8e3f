// A scanned QR brings its code behind the #, where no server sees it: typed in for the person.
(function () {
"use strict";
var code = decodeURIComponent(location.hash.slice(1)), field = document.getElementById("code");
if (!/^[0-9A-Za-z-]{8,20}$/.test(code) || field.value) return;
field.value = code;
if (history.replaceState) history.replaceState(null, "", location.pathname + location.search);
field.form.submit();
})();
