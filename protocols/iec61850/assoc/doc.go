// Package assoc runs the client's end of an MMS association over a transport: the handshake through all layers, requests that are
// told apart by their numbers, as many at a time as the device takes, and reports.
//
//	Open ─▶ COTP connect ─▶ session, presentation, ACSE, initiate, in one ─▶ Conn
//	Conn ─Start─▶ Call ─Wait─▶ response, or a Failure
//	     └─ Report is told what the device sends by itself
//
// A request that is not answered in time stays counted among those that the device has in hand, until it answers after all: that
// answer is then nobody's. Where maxSilent in a row are not answered, the association is broken. Once broken it stays so.
package assoc
