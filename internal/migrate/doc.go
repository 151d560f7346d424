// Package migrate makes a site's configuration of what another system exports. It is pure: text goes in, a tree and a
// report come out, and nothing is read, written or connected to.
//
//	foreign text ──Document──▶ Object ──ekuiper, neuron, kepware, tags──▶ Node ──YAML──▶ text that check judges
//	                                     │
//	                                     └──▶ Report: taken, changed, needs a hand, left out
//
// Nothing is left out in silence: an Object remembers which of its keys were asked for, and whoever is done with it
// reports the rest. A Node remembers of what it was made, so that what our own check says of it is told at its place in
// the foreign text, and it alone is taken out (Prune).
//
// The package knows no foreign format; each has a package below this one. It does not know Modbus either: plant does.
package migrate
