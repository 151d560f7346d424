// The two questions the page asks: may this be stopped, and who are you.

import * as api from "./api.js";
import { el } from "./dom.js";

const dialog = () => document.getElementById("dialog");

// confirm asks whether to go on, and resolves with the answer.
export function confirm(title, text, act) {
  return new Promise((resolve) => {
    const end = (answer) => () => {
      dialog().close();
      resolve(answer);
    };
    dialog().replaceChildren(
      el("form", { method: "dialog" },
        el("h3", { id: "dialog-title" }, title),
        el("p", {}, text),
        el("div", { class: "actions" },
          el("button", { type: "button", autofocus: true, on: { click: end(false) } }, "Cancel"),
          el("button", { type: "button", class: "strong", on: { click: end(true) } }, act))));
    dialog().oncancel = end(false);
    dialog().showModal();
  });
}

// askLogIn asks for the password until it is right.
export function askLogIn() {
  return new Promise((resolve) => {
    const wrong = el("p", { class: "wrong", role: "alert" });
    const user = el("input", { name: "user", value: "admin", autocomplete: "username", required: true });
    const password = el("input", { name: "password", type: "password", autocomplete: "current-password", required: true, autofocus: true });
    const submit = async (event) => {
      event.preventDefault();
      wrong.textContent = "";
      try {
        await api.logIn(user.value, password.value);
      } catch (problem) {
        wrong.textContent = problem.message;
        password.select();
        return;
      }
      dialog().close();
      resolve();
    };
    dialog().replaceChildren(
      el("form", { on: { submit } },
        el("h3", { id: "dialog-title" }, "Log in to this node"),
        el("label", {}, "User", user),
        el("label", {}, "Password", password),
        wrong,
        el("div", { class: "actions" }, el("button", { class: "strong" }, "Log in"))));
    dialog().oncancel = (event) => event.preventDefault();
    if (!dialog().open) dialog().showModal();
  });
}
