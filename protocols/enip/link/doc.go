// Package link is one TCP connection to an EtherNet/IP device: the session that is registered on it, and the CIP connection
// to the controller behind the device, over which requests go one by one.
//
//	registered ──Forward Open──▶ connected ──no answer, or idle for long──▶ lost ──the next request──▶ Forward Open
//	     │            │ refused: too large ──▶ a smaller one
//	     │            │ refused: out of connections ──▶ unconnected, and asked again after a minute
//	     │            └ refused: not supported ──▶ unconnected
//	     └─ what cannot be trusted any more, or three requests in a row without a word ──▶ broken: dial anew
//
// A reply is that of a request where the context (without a connection) or the sequence (with one) say so, which go on from one
// connection to the next. One that comes late is dropped.
//
// Not here: what the requests mean. Nothing is ever sent twice.
package link
