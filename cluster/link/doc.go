// Package link is what a site's node and the cloud say to each other, and the rules of it: versions, limits, names in
// certificates, tokens, signed generations, telemetry as octets. Both sides import it; it connects nothing and keeps
// nothing. docs/design/cloud.md tells why it is as it is.
//
//	node ── control ──▶ cloud   one stream: hello, welcome, then commands, desired state, questions and answers
//	     ── bulk    ──▶         telemetry, artefacts, tunnels, on a connection of their own
//	     ── enrol   ──▶         join with a token, renew with the certificate that ends
//
// A receiver answers what it does not know with a Refusal and goes on. A message that is larger than its limit ends the
// stream, since gRPC does not read it.
package link
