// Package store is where the node keeps what must survive: each concern is a
// package of its own below, and all of them are on bbolt.
//
//	store/log      the write-ahead log and its cursors: nothing leaves the node before it is committed here
//	store/history  what the tags were, in column blocks, filled from the log
//	store/state    configurations as numbered generations, boot counter, small documents
//	store/codec    batches, schemas and columns as bytes and back
//	store/bolt     how bbolt files are opened, and audited before
//	store/storetest  batches for tests
//
// This package itself holds no code.
package store
