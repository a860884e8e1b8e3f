/* Buttons that let the browser make or use a passkey, and send its answer with the form they stand in. They are shown
   where the browser knows passkeys. */
(function () {
  "use strict";
  if (!window.PublicKeyCredential || !navigator.credentials) {
    return;
  }

  function bytes(text) {
    var plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, function (c) { return c.charCodeAt(0); });
  }

  function base64url(buffer) {
    var plain = Array.from(new Uint8Array(buffer), function (b) { return String.fromCharCode(b); }).join("");
    return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }

  function withBytes(options) {
    options.challenge = bytes(options.challenge);
    if (options.user) {
      options.user.id = bytes(options.user.id);
    }
    ["excludeCredentials", "allowCredentials"].forEach(function (list) {
      (options[list] || []).forEach(function (credential) { credential.id = bytes(credential.id); });
    });
    return options;
  }

  function asText(credential) {
    var response = {};
    ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"].forEach(function (name) {
      if (credential.response[name]) {
        response[name] = base64url(credential.response[name]);
      }
    });
    return JSON.stringify({
      id: credential.id, rawId: base64url(credential.rawId), type: credential.type, response: response,
      clientExtensionResults: {}
    });
  }

  function ask(button) {
    var isNew = button.getAttribute("data-passkey") === "create";
    var token = button.form.querySelector("input[name=csrf_token]").value;
    return fetch(button.getAttribute("data-challenge"), { method: "POST", headers: { "X-CSRFToken": token } })
      .then(function (answer) {
        if (!answer.ok || answer.headers.get("Content-Type").indexOf("application/json") < 0) {
          throw new Error("no challenge");
        }
        return answer.json();
      })
      .then(function (options) {
        var request = { publicKey: withBytes(options) };
        return isNew ? navigator.credentials.create(request) : navigator.credentials.get(request);
      });
  }

  document.querySelectorAll("button[data-passkey]").forEach(function (button) {
    var form = button.form;
    var problem = form.querySelector("[data-passkey-problem]");
    button.hidden = false;
    form.hidden = false;
    button.addEventListener("click", function (event) {
      event.preventDefault();
      if (!form.reportValidity()) {
        return;
      }
      button.disabled = true;
      problem.hidden = true;
      ask(button).then(function (credential) {
        form.querySelector("[data-credential]").value = asText(credential);
        form.requestSubmit();
      }).catch(function () {
        button.disabled = false;
        problem.hidden = false;
        problem.focus();
      });
    });
  });
}());
