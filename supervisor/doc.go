// Package supervisor keeps the actors of a node alive: it starts them from a
// Spec, restarts them by a Policy when they fail, escalates what restarts do not
// cure, owns their goroutines and timers, and shows all of it as a Tree.
//
// It is built over protoactor-go's actor package, which runs the actors; what it
// does differently, and why, is in docs/design/supervision.md. It knows nothing
// of devices, rules or sinks, and does not carry data: mailboxes are for control
// messages, batches go through the rings of package broker.
//
// # A tree
//
// Every actor is the supervisor of the children it spawns. Its Strategy says what
// a child's failure means for the siblings, the child's Policy how often it may
// fail. Text draws a live tree the way this one is drawn, and a test compares
// them:
//
//	node                      one-for-one
//	├─ store                  rest-for-one  5 in 1m0s
//	│  ├─ log                               3 in 1m0s
//	│  ├─ broker                            3 in 1m0s
//	│  └─ history                           3 in 1m0s
//	└─ endpoints              one-for-one   unlimited
//	   └─ tcp:127.0.0.1:5020  one-for-one   5 in 10m0s
//	      ├─ session                        10 in 5m0s
//	      └─ boiler                         10 in 5m0s
//
// An actor's path, /endpoints/tcp:127.0.0.1:5020/session, is its PID's id. Path
// and PID stay what they are through restarts.
//
// # A failure
//
// An actor fails by a panic in Receive, or by Fail. Its goroutines are cancelled
// at once, its parent is told, and its policy decides (see Policy.Step):
//
//	retry   It is taken down now: it handles Restarting, its children stop, its
//	        goroutines end. It starts again when the backoff is over. Meanwhile
//	        messages wait in its mailbox.
//	hold    The error was permanent, or the policy is exhausted and says Alarm:
//	        as above, but the wait is Policy.Slow, or until a command; an alarm
//	        is raised, and cleared when the actor has been healthy.
//	raise   The policy is exhausted and says Escalate: the parent fails in turn,
//	        by its own policy. A child of the root is held instead, so that no
//	        failure of an actor ends the process.
//
// An incarnation handles Started first and exactly one of Restarting and
// Stopping last; after Stopping, when its children have ended, Stopped. A panic
// in Started is a failure like any other; one in the messages of the end is an
// event and changes nothing. New is called for every incarnation: what must
// survive lives in the store.
//
// # What an actor uses
//
//	Spawn   starts a child
//	Go      runs a goroutine that ends with the incarnation
//	After   sends a message later, to this incarnation only
//	Report  declares the state that the tree shows
//	Healthy has its earlier failures forgotten
//	Fail    fails with an error; Permanent marks one that a restart cannot cure
//
// They are to be called from Receive, on the actor's own goroutine. Service and
// Group make whole actors of a blocking function and of a list of children.
//
// # Mailboxes
//
// A mailbox takes Spec.Mailbox user messages. One more is rejected: it is counted
// in the tree, a Rejected event says so at most once a second, and a request is
// answered with a dead letter, which Ask turns into ErrRejected. A goroutine that
// can wait uses System.SendWait. Messages of the supervision always pass.
package supervisor
