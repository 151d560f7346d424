// Package subscription supervises the way in of messages: one actor for each
// stream, a thin shell over a decoder of package streamsql/decode.
//
//	clients ──▶ own broker ──Inlet──┐
//	                                ├─▶ subscription ──▶ decoder ──▶ stream
//	other broker ────────client─────┘        │
//	      ▲───────acknowledgement────────────┘
//
// Messages are decoded as many together as have gathered, into one batch. It
// knows no SQL and no devices; what the columns are is told to it.
//
// # When a message is acknowledged
//
// Of QoS 1 or 2: when the stream has it, which for a logged stream means that it
// is on the disk. Where that fails the publisher is disconnected, or the
// connection to the other broker ended, and the message comes again: at least
// once. Of QoS 0 there is nothing to acknowledge; with overflow block it waits
// for its readers like the others, and its publisher with it, with drop_oldest
// it never waits.
//
// A message that cannot be decoded would come again for ever: it is counted,
// told with its reason, and acknowledged.
//
// # When readers change
//
// Which columns its readers want is told to a subscription that runs, and holds
// from the next messages on; neither its connection nor its session ends for it.
// While rules come and go it is held: what was taken before has been evaluated
// when they go, what comes behind is taken when they are there (Demand).
//
// # A failure
//
// A panic restarts this subscription and nothing else. Meanwhile its Inlet
// holds what comes, and its publishers wait: nothing is acknowledged that is not
// taken. A message on which the decoder has panicked twice is not tried again.
package subscription
