// Package node is the composition root: it makes a supervision tree out of a
// site's configuration, and answers for it to the console. It decides nothing
// about the plant; that is in the packages below.
//
//	node                 one-for-one
//	├─ core              rest-for-one: what follows rests on what is before it
//	│  ├─ log
//	│  ├─ history
//	│  ├─ vigil
//	│  └─ console
//	├─ sinks             one-for-one
//	├─ evaluators        one-for-one: one for each stream that rules share
//	├─ tables            one-for-one
//	├─ rules             one-for-one
//	├─ subscriptions     one-for-one
//	├─ endpoints         one-for-one
//	│  └─ tcp:10.0.0.7:502
//	│     ├─ session
//	│     └─ boiler
//	├─ servers           one-for-one
//	├─ broker            rest-for-one
//	│  ├─ mqtt
//	│  └─ outlets
//	└─ reconcile
//
// Nothing rests on the console: it is the last of the core, and fails alone.
//
// Everything starts in this order and stops in the other: first the sources,
// then what works on their data, then the log, which by then has all of it.
package node
