// Package channel is the secure channel of OPC UA over TCP: frames, chunks, signatures, encryption, the renewal of keys,
// and requests that are matched with their responses (OPC 10000-6 §6.7 and §7.1).
//
//	       Open                      Renew
//	conn ──────▶ HEL/ACK ──▶ OPN ──▶ open ──▶ OPN ──▶ open with new keys
//	                                  │
//	                                  └─ Close, a broken connection, a frame that breaks the rules ──▶ broken, for good
//
// What goes through it are the requests and responses of gopcua's package ua; ciphers and signatures are those of its
// uapolicy. Its own channel and client are not used: a frame that panics its decoder ends the process, for it decodes
// on a goroutine of its own, and its client reconnects by itself, where the supervision is to know (see
// docs/design/opcua.md). Here the one goroutine, which reads, looks no deeper than the chunk, and a response is decoded
// by whoever waits for it.
//
// Not here: sessions, certificates and whom to trust, what the requests mean.
package channel
