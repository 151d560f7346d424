// Package broker moves batches inside the node: the bus that carries every
// stream from its publisher to the rules, the log and whoever watches. The
// embedded MQTT broker, which is the bus's door to the plant's network, is in
// a package of its own below this one.
//
// # A stream
//
// A stream has a name, one policy for overflow, and any number of
// subscriptions, each with a bounded ring of its own:
//
//	publisher ──Publish──▶ recorder (the log, where the stream is logged)
//	                  └──▶ ring ──Next──▶ rule
//	                  └──▶ ring ──Next──▶ rule
//
// Nothing is copied: every subscription reads the same immutable batch.
//
// # When a ring is full
//
//	DropOldest   the ring drops its oldest batch, counted
//	Block        the publisher waits, unless another subscription of the stream
//	             is through with everything: then the one that is full lags the
//	             others by more than its ring, is cut loose, and drops its
//	             oldest, counted, until it has caught up. One slow rule never
//	             stalls the rest.
//
// Edges that can close a cycle publish with Offer, which never waits. A batch
// that went through more than tag.MaxHops derivations is refused and counted.
//
// What is dropped is counted by stream and subscription; there is no other way
// to lose a batch here.
package broker
