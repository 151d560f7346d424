// Elements without markup: whatever comes from the plant becomes a text node or
// an attribute, never HTML.

// el makes an element. Attributes that are false, null or undefined are left
// out; `on` holds listeners; children are nodes or texts, and may be nested.
export function el(name, attributes = {}, ...children) {
  return furnish(document.createElement(name), attributes, children);
}

// svg makes an element of a drawing.
export function svg(name, attributes = {}, ...children) {
  return furnish(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
}

function furnish(node, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "on") {
      for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    } else {
      setAttribute(node, key, value);
    }
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

// setAttribute touches the document only where something changes.
export function setAttribute(node, key, value) {
  if (value === false || value === null || value === undefined) {
    if (node.hasAttribute(key)) node.removeAttribute(key);
  } else if (node.getAttribute(key) !== String(value)) {
    node.setAttribute(key, value === true ? "" : String(value));
  }
}

// setText does the same for the text of a node.
export function setText(node, text) {
  const wanted = String(text ?? "");
  if (node.textContent !== wanted) node.textContent = wanted;
}

// rows keeps the children of a parent in step with a list: one node per key,
// made once, moved where the order changes, so that focus and selection stay.
export function rows(parent, make) {
  const known = new Map();
  return (list, keyOf, show) => {
    const left = new Set(known.keys());
    let place = parent.firstElementChild;
    for (const item of list) {
      const key = keyOf(item);
      left.delete(key);
      let row = known.get(key);
      if (!row) known.set(key, (row = make(item)));
      if (row.node === place) place = place.nextElementSibling;
      else parent.insertBefore(row.node, place);
      show(row, item);
    }
    for (const key of left) {
      known.get(key).node.remove();
      known.delete(key);
    }
  };
}

// state is the coloured name of a state; setState changes one.
export const state = () => el("span", { class: "state" });

export function setState(node, text, tone) {
  setAttribute(node, "class", `state ${tone}`);
  setText(node, text);
}
