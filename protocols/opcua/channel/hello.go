package channel

import (
	"fmt"
	"unicode/utf8"

	"github.com/gopcua/opcua/ua"
)

// limits are the sizes that both ends keep to, in bytes and in chunks; 0 is no limit (§7.1.2.3).
type limits struct {
	receive, send   uint32 // of a frame
	message, chunks uint32 // of what this end sends
}

// What this end takes.
const (
	frameLimit   = 1 << 16
	messageLimit = 16 << 20
	chunkLimit   = messageLimit / 8192
	leastFrame   = 8192 // what every server must take (§7.1.2.3)
)

// appendHello appends the first frame of a connection.
func appendHello(dst []byte, url string) []byte {
	from := len(dst)
	dst = appendHeader(dst, hello, final)
	for _, n := range [...]uint32{0, frameLimit, frameLimit, messageLimit, chunkLimit} {
		dst = appendUint32(dst, n)
	}
	dst = appendBytes(dst, []byte(url))
	setSize(dst[from:], len(dst)-from)
	return dst
}

// parseAcknowledge reads the answer to a hello.
func parseAcknowledge(frame []byte) (limits, error) {
	kind, _ := kindOf(frame)
	if kind != acknowledge {
		return limits{}, fmt.Errorf("%w: got %s for an answer to HEL", errFrame, kind)
	}
	c := cursor{rest: frame[headerSize:]}
	c.uint32() // the version, which is 0
	var l limits
	l.send, l.receive = c.uint32(), c.uint32() // the server names them from its side
	l.message, l.chunks = c.uint32(), c.uint32()
	if c.short || l.send < leastFrame {
		return limits{}, fmt.Errorf("%w: its limits make no sense", errFrame)
	}
	l.send, l.receive = min(l.send, frameLimit), frameLimit
	return l, nil
}

// Refused is an error that the server sent instead of a frame, after which it closes the connection (§7.1.2.5).
type Refused struct {
	Status ua.StatusCode
	Reason string
}

// Error describes the refusal.
func (r *Refused) Error() string {
	if r.Reason == "" {
		return r.Status.Error()
	}
	return fmt.Sprintf("%v: %q", r.Status, r.Reason)
}

// Unwrap returns the status.
func (r *Refused) Unwrap() error { return r.Status }

// maxReason is the longest reason that the standard allows.
const maxReason = 4096

// parseFailure reads an error frame, or the body of a chunk that abandons its message.
func parseFailure(body []byte) *Refused {
	c := cursor{rest: body}
	status := ua.StatusCode(c.uint32())
	if status == ua.StatusOK {
		status = ua.StatusBadUnexpectedError
	}
	reason := c.bytes()
	if len(reason) > maxReason || !utf8.Valid(reason) {
		reason = nil
	}
	return &Refused{Status: status, Reason: string(reason)}
}
