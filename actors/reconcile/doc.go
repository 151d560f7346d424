// Package reconcile brings a running node to another configuration as one
// transaction: it is entered, watched, and then confirmed, or what ran before
// runs again. It decides; what it decides about is a Plant.
//
//	Propose ──▶ holding ──▶ entering ──▶ trying ──▶ awaiting ──▶ confirmed
//	               │           │           │           │
//	               │           └───────────┴───────────┴──▶ reverting ──▶ reverted
//	               └─ Withdraw, or held for too long ──▶ withdrawn
//
// A change is held for as long as the plant's interlock forbids it. It is tried
// for the window of its Gate, and fails where tags turn Bad, rules fail, or
// actors restart or raise alarms that did not before. One that touches the way
// to the cloud is awaited by the cloud afterwards, since a node that nobody can
// reach looks healthy to itself.
//
// # What survives
//
// Each step is on the disk before it is taken. A process that dies while a
// change is on trial comes back with what ran before, so that after a power cut
// at any point the node runs the old configuration or the new one, and the
// record says which and why. Only a restart that the change itself asked for
// (see Checked.Restart) goes on with the trial.
//
// One change is on trial at a time. Another is refused, with the number of the
// one in its way.
package reconcile
