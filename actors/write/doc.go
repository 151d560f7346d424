// Package write is the vocabulary of writes to devices: the command, its
// stages, the report that answers it, the limits that a tag sets, and the
// trigger that decides when a rule's output is a command at all. It is pure;
// package endpoint carries commands out.
//
// # Stages
//
//	           ┌────────▶ Refused        by a limit, the tag's access, or the device itself
//	           │
//	Accepted ──┼─▶ Sent ─┬▶ Acknowledged ─▶ Verified
//	           │         ├▶ Refused         the device answered with an exception
//	           │         └▶ Unknown         no answer: nobody knows, and nobody tries again
//	           └────────▶ Failed          never sent: no connection, or the deadline passed
//
// Acknowledged means that the device's reply was checked against the request;
// Verified means that the value was read back and is the one written.
package write
