// The stream of server-sent events, and what happens when it ends.

const silence = 20_000; // ms after which a stream that says nothing is given up

// follow keeps the store filled with what the node sends of some devices' tags.
// It lets go while nobody looks at the page.
export class Live {
  #store;
  #source = null;
  #devices = [];
  #retry = null;
  #onRestart;

  constructor(store, onRestart) {
    this.#store = store;
    this.#onRestart = onRestart;
    document.addEventListener("visibilitychange", () => this.#connect());
    setInterval(() => this.#watch(), 1000);
  }

  // look changes whose tags are sent.
  look(devices) {
    if (this.#source && devices.join("\n") === this.#devices.join("\n")) return;
    this.#devices = devices;
    this.#connect();
  }

  stop() {
    clearTimeout(this.#retry);
    this.#source?.close();
    this.#source = null;
  }

  #connect() {
    this.stop();
    if (document.hidden) return;
    const query = new URLSearchParams(this.#devices.map((name) => ["device", name]));
    const last = this.#store.events[0]?.number;
    if (last) query.set("after", last);
    this.#source = new EventSource(`/api/v1/stream?${query}`);
    this.#source.onopen = () => this.#alive();
    this.#source.onerror = () => this.#lost();
    let first = true;
    this.#take("hello", (hello) => {
      if (first) this.#store.renew();
      first = false;
      if (!this.#store.takeHello(hello)) return;
      this.#connect(); // its events are numbered anew
      this.#onRestart();
    });
    this.#take("tree", (frame) => this.#store.takeTree(frame));
    this.#take("tags", (list) => this.#store.takeTags(list));
    this.#take("events", (list) => this.#store.takeEvents(list));
    this.#take("status", (status) => this.#store.takeStatus(status));
  }

  #take(name, use) {
    this.#source.addEventListener(name, (message) => {
      this.#alive();
      use(JSON.parse(message.data));
    });
  }

  #alive() {
    this.#store.seen = Date.now();
    if (this.#store.connected) return;
    this.#store.connected = true;
    this.#store.changed("connection");
  }

  #lost() {
    this.stop();
    this.#retry = setTimeout(() => this.#connect(), 2000);
    if (!this.#store.connected) return;
    this.#store.connected = false;
    this.#store.changed("connection");
  }

  // watch gives up a stream whose other end has gone without a word.
  #watch() {
    if (this.#source && this.#store.connected && Date.now() - this.#store.seen > silence) this.#lost();
  }
}
