// The page: a store, the stream that fills it, and the views that show it.

import * as api from "./api.js";
import { DetailView } from "./detail.js";
import { DevicesView } from "./devices.js";
import { EventsView } from "./events.js";
import { FaultsView } from "./faults.js";
import { FlowView } from "./flow.js";
import { HeadView } from "./head.js";
import { askLogIn } from "./dialog.js";
import { Live } from "./live.js";
import { Store } from "./store.js";
import { TablesView } from "./tables.js";
import { TreeView } from "./tree.js";
import { TrialView } from "./trial.js";

const byId = (id) => document.getElementById(id);

const store = new Store();
const live = new Live(store, load);
const detail = new DetailView(store, byId("detail"));
const tree = new TreeView(store, byId("tree-body"), byId("tree-sum"));
const devices = new DevicesView(store, byId("devices"), {
  choose: (device, group, tag) => detail.choose(device, group, tag),
  look: (names) => live.look(names),
});
new HeadView(store);
new FaultsView(store, byId("faults"), byId("faults-body"));
new FlowView(store, byId("streams"), byId("rules"), byId("sinks"), byId("servers"), byId("node"));
new TablesView(store, byId("tables"));
new TrialView(byId("trial-body"));
new EventsView(store, byId("events-body"), byId("events-filter"), (path) => tree.reveal(path));

// load reads what is configured, which changes only with the node.
async function load() {
  store.devices = await api.devices();
  store.changed("devices");
  devices.open();
}

// enter starts the page, once the node knows who this is.
async function enter() {
  const session = await api.session();
  if (session.log_in && !session.user) {
    await askLogIn();
  }
  byId("logout").hidden = !session.log_in;
  await load();
}

async function start() {
  try {
    await enter();
  } catch (problem) {
    store.changed("connection");
    setTimeout(start, 2000);
  }
}

let asking = false;

// ask stops everything until somebody has logged in.
async function ask() {
  if (asking) return;
  asking = true;
  live.stop();
  await askLogIn();
  asking = false;
  await start();
}

api.whenStranger(ask);

// A stream does not say why it ended: it may be the log-in that has.
store.on("connection", async () => {
  if (store.connected) return;
  const session = await api.session().catch(() => null);
  if (session?.log_in && !session.user) await ask();
});

byId("logout").addEventListener("click", async () => {
  await api.logOut();
  location.reload();
});

start();
