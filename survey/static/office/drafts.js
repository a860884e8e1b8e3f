/* Keeps what somebody typed when a form could not be taken, because the session had ended or a proof of who they are
   was needed, and puts it back into the form. It stays in this tab, for the same person, for at most 12 hours.
   Passwords, codes, files and hidden fields are never kept. */
(function () {
  "use strict";
  var KEY = "office-draft";
  var LONGEST = 12 * 3600 * 1000;
  var NEVER = ["password", "file", "hidden", "submit", "button", "image", "reset"];
  var script = document.currentScript;
  var person = script.getAttribute("data-person");

  function read() {
    try {
      var draft = JSON.parse(sessionStorage.getItem(KEY));
      return draft && Date.now() - draft.at < LONGEST ? draft : null;
    } catch (error) {
      return null;
    }
  }

  function write(draft) {
    try {
      if (draft) {
        sessionStorage.setItem(KEY, JSON.stringify(draft));
      } else {
        sessionStorage.removeItem(KEY);
      }
    } catch (error) {
      return false; /* no storage, or it is full */
    }
    return Boolean(draft);
  }

  function isKept(field) {
    return Boolean(field.name) && !field.disabled && NEVER.indexOf(field.type) < 0 &&
      field.autocomplete !== "one-time-code";
  }

  function pathOf(form) {
    var action = form.getAttribute("action"); /* form.action can be a field of that name */
    return new URL(action || location.href, location.href).pathname;
  }

  function valueIn(field) {
    if (field.type === "checkbox" || field.type === "radio") {
      return field.checked;
    }
    return field.multiple
      ? Array.from(field.options).map(function (option) { return option.selected; })
      : field.value;
  }

  function setValue(field, value) {
    if (field.type === "checkbox" || field.type === "radio") {
      field.checked = value === true;
    } else if (field.multiple && Array.isArray(value)) {
      Array.from(field.options).forEach(function (option, i) { option.selected = value[i] === true; });
    } else if (typeof value === "string") {
      field.value = value;
    }
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function fieldsOf(form) {
    return Array.from(form.elements).filter(isKept);
  }

  function contentOf(form) {
    return fieldsOf(form).map(function (field) { return [field.name, field.type, valueIn(field)]; });
  }

  function store(forms, state) {
    var drafts = forms.map(function (form) { return { path: pathOf(form), fields: contentOf(form) }; });
    drafts = drafts.filter(function (draft) { return draft.fields.length > 0; });
    var address = location.pathname + location.search;
    return write(
      drafts.length ? { at: Date.now(), person: person, address: address, state: state, forms: drafts } : null
    );
  }

  function isChanged(form) {
    return form.hasAttribute("data-typed");
  }

  function restoreForm(form, fields) {
    var present = fieldsOf(form);
    fields.forEach(function (kept) {
      var index = present.findIndex(function (field) {
        return field.name === kept[0] && field.type === kept[1];
      });
      if (index >= 0) {
        setValue(present.splice(index, 1)[0], kept[2]);
      }
    });
    form.setAttribute("data-typed", "");
    if (form.closest("details")) {
      form.closest("details").open = true;
    }
  }

  function restore(draft) {
    var left = draft.forms.filter(function (kept) {
      var form = Array.from(document.forms).find(function (candidate) {
        return candidate.method === "post" && pathOf(candidate) === kept.path;
      });
      if (form) {
        restoreForm(form, kept.fields);
      }
      return !form;
    });
    if (left.length < draft.forms.length) {
      var note = document.getElementById("draft-restored");
      document.querySelector("main h1").after(note);
      note.hidden = false;
    }
    draft.forms = left;
    write(left.length ? draft : null);
  }

  /* A page in place of an answer: what was just sent was not taken. */
  function interrupt() {
    var draft = read();
    if (!draft) {
      write(null);
      return;
    }
    draft.state = "interrupted";
    write(draft);
    var note = document.getElementById("draft-kept");
    if (note) {
      note.hidden = false;
    }
    document.querySelectorAll("a[data-form-address]").forEach(function (link) {
      var url = new URL(link.href);
      if (url.searchParams.has("next")) {
        url.searchParams.set("next", draft.address);
        link.href = url.href;
      } else {
        link.href = draft.address;
      }
    });
    document.querySelectorAll("input[data-form-address]").forEach(function (field) { field.value = draft.address; });
    document.querySelectorAll("form[data-sends-draft]").forEach(function (form) {
      form.addEventListener("submit", function () {
        draft.state = "sent";
        write(draft);
      });
    });
  }

  function begin() {
    var draft = read();
    if (!draft || draft.person !== person || draft.state !== "interrupted") {
      write(null); /* taken, too old, or of somebody else */
    } else {
      restore(draft);
    }
    document.addEventListener("input", function (event) {
      if (event.target.form && isKept(event.target)) {
        event.target.form.setAttribute("data-typed", "");
      }
    });
    document.addEventListener("submit", function (event) {
      if (!event.defaultPrevented && event.target.method === "post") {
        store([event.target], "sent");
      }
    });
    /* session.js calls this when the session has ended while the page was open. */
    window.keepDrafts = function () {
      return store(Array.from(document.forms).filter(isChanged), "interrupted");
    };
  }

  if (script.hasAttribute("data-interrupted")) {
    interrupt();
  } else {
    begin();
  }
}());
