// What is known of the node. The stream fills it, the views read it; they are
// told which topic has changed, at most once per frame of the screen.

export class Store {
  hello = null;
  skew = 0; // the node's clock less this one, ms
  seen = 0; // when the stream last said something, ms of this clock
  connected = false;
  actors = new Map(); // path → actor, parents before children
  devices = []; // as configured
  samples = new Map(); // "device\ntag" → {value, last, quality, ms}
  status = null;
  events = []; // newest first

  #topics = new Map();
  #pending = new Set();
  #anew = true;

  // on calls show when one of the topics has changed.
  on(topics, show) {
    for (const topic of topics.split(" ")) {
      if (!this.#topics.has(topic)) this.#topics.set(topic, []);
      this.#topics.get(topic).push(show);
    }
  }

  changed(topic) {
    if (this.#pending.size === 0) requestAnimationFrame(() => this.#tell());
    this.#pending.add(topic);
  }

  #tell() {
    const views = new Set([...this.#pending].flatMap((topic) => this.#topics.get(topic) ?? []));
    this.#pending.clear();
    for (const show of views) show();
  }

  // now is the node's time.
  now() {
    return Date.now() + this.skew;
  }

  sample(device, tag) {
    return this.samples.get(key(device, tag));
  }

  // renew says that a stream begins, whose first tree is all of it: what that
  // lacks is gone, and what is the same has not changed.
  renew() {
    this.#anew = true;
  }

  takeHello(hello) {
    const restarted = this.hello && this.hello.started !== hello.started;
    this.hello = hello;
    this.skew = Date.parse(hello.now) - Date.now();
    if (restarted) this.events = [];
    this.changed("hello");
    return restarted;
  }

  takeTree({ actors = [], gone = [] }) {
    const anew = this.#anew;
    this.#anew = false;
    if (anew) {
      const there = new Set(actors.map((actor) => actor.path));
      gone = [...this.actors.keys()].filter((path) => !there.has(path));
    }
    for (const actor of actors) {
      actor.fresh = !anew && this.actors.has(actor.path);
      this.actors.set(actor.path, actor);
    }
    for (const path of gone) this.actors.delete(path);
    this.changed("tree");
  }

  takeTags(list) {
    for (const { d, t, v, l, q, ms } of list) {
      this.samples.set(key(d, t), { value: v, last: l, quality: q, ms });
    }
    this.changed("tags");
  }

  takeEvents(list) {
    this.events = [...list.reverse(), ...this.events].slice(0, 500);
    this.changed("events");
  }

  takeStatus(status) {
    this.status = status;
    this.changed("status");
  }
}

export const key = (device, tag) => `${device}\n${tag}`;
