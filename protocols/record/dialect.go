package record

import "bytes"

// Dialect is what Play has to know of a protocol in which the client asks and the device answers.
type Dialect interface {
	// Request takes the first request off what a client has sent, and returns its length; 0 asks for more octets, and a
	// negative number says that these are no request.
	Request(sent []byte) int

	// Reply takes the first reply off what a device has sent, and returns its length and the number that it has in
	// common with its request; ok is false where the octets are no reply, or not yet.
	Reply(received []byte) (length int, number uint32, ok bool)

	// Number returns the number of a request.
	Number(request []byte) uint32

	// Question returns what of a request decides about its answer.
	Question(request []byte) string

	// Turn returns when a question is answered again that has been answered as often as in the recording.
	Turn(question string) Turn

	// Readdress appends to dst what was received after a recorded request as it goes to one that is asked now.
	Readdress(dst, received, recorded, now []byte) []byte
}

// Turn is when a question is answered again whose recorded answers are used up.
type Turn uint8

// The turns.
const (
	Repeats Turn = iota // its answers begin anew
	Rewinds             // it begins the recording anew, for all questions
	Waits               // not before the recording begins anew
)

// Exact is the dialect of protocols whose requests carry no number and are written at once: a request is one that is in
// the recording, octet by octet.
type Exact struct {
	Requests map[string]bool
}

// ExactOf returns the dialect for a recording.
func ExactOf(r *Recording) Exact {
	e := Exact{Requests: map[string]bool{}}
	for _, f := range r.Frames {
		if isSent(f) {
			e.Requests[string(f.Data)] = true
		}
	}
	return e
}

// Request looks for a recorded one at the beginning; the longest where several fit.
func (e Exact) Request(sent []byte) int {
	longest, open := 0, false
	for known := range e.Requests {
		switch {
		case bytes.HasPrefix(sent, []byte(known)):
			longest = max(longest, len(known))
		case bytes.HasPrefix([]byte(known), sent):
			open = true
		}
	}
	if longest == 0 && !open {
		return -1
	}
	return longest
}

// Reply knows none: what was received belongs to the request before it.
func (Exact) Reply([]byte) (length int, number uint32, ok bool) { return 0, 0, false }

// Number is always 0.
func (Exact) Number([]byte) uint32 { return 0 }

// Question is the request itself.
func (Exact) Question(request []byte) string { return string(request) }

// Turn repeats.
func (Exact) Turn(string) Turn { return Repeats }

// Readdress changes nothing.
func (Exact) Readdress(dst, received, _, _ []byte) []byte { return append(dst, received...) }
