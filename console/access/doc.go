// Package access decides who may talk to the console: the checks of where a
// request comes from, the one account with its password, sessions, the tokens
// of machines, the limit on attempts to log in, the certificate, and the headers
// that keep a page to itself. It knows no route and no node.
//
//	request ─▶ Host and Origin ─▶ session cookie, Bearer or Basic ─▶ handler
//	               │ foreign            │ none, or wrong
//	               ▼                    ▼
//	              403                401, or 429 after too many; 403 for what a role may not
//
// A console on loopback asks for no log-in, since whoever reaches it is on the
// machine already. A browser on that machine that shows somebody else's page is
// not: that is what the checks of Host (DNS rebinding) and Origin (cross-site
// requests) are for.
package access
