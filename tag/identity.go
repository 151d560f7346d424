package tag

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/google/uuid"
)

// streamSpace is the name space (RFC 9562 §5.5) under which streams are named.
var streamSpace = uuid.MustParse("6f1d0bb4-63a2-5cc5-9e0f-5b0f9d0a7e11")

// StreamID is the UUID of a stream.
type StreamID [16]byte

// NewStreamID returns the UUID, version 5, of the named stream of a site. It
// is the same on every node and after every reinstallation: what tells two
// lives of a disk apart is the Incarnation.
func NewStreamID(site, stream string) StreamID {
	return StreamID(uuid.NewSHA1(streamSpace, []byte(site+"\x00"+stream)))
}

// String returns the canonical text form of the UUID.
func (id StreamID) String() string { return uuid.UUID(id).String() }

// Identity names one record for ever and everywhere, so that a receiver can
// recognise a duplicate and prove that nothing is missing. The log's committer
// assigns the sequence; a wiped or restored disk starts a new incarnation.
// Sequences start at 1; an Identity of sequence 0 has not been committed.
type Identity struct {
	Site        string
	Stream      StreamID
	Incarnation uint64
	Sequence    uint64
}

// IsCommitted reports whether the record has been given its place in a log.
func (id Identity) IsCommitted() bool { return id.Sequence != 0 }

// String returns site/stream/incarnation/sequence.
func (id Identity) String() string {
	return fmt.Sprintf("%s/%s/%d/%d", id.Site, id.Stream, id.Incarnation, id.Sequence)
}

// ParseIdentity is the inverse of Identity.String.
func ParseIdentity(s string) (Identity, error) {
	fail := func(err error) (Identity, error) {
		return Identity{}, fmt.Errorf("identity %q: want site/stream/incarnation/sequence: %w", s, err)
	}
	parts := strings.Split(s, "/")
	if len(parts) < 4 {
		return fail(fmt.Errorf("%d parts", len(parts)))
	}
	n := len(parts)
	stream, err := uuid.Parse(parts[n-3])
	if err != nil {
		return fail(err)
	}
	incarnation, err := strconv.ParseUint(parts[n-2], 10, 64)
	if err != nil {
		return fail(err)
	}
	sequence, err := strconv.ParseUint(parts[n-1], 10, 64)
	if err != nil {
		return fail(err)
	}
	return Identity{
		Site: strings.Join(parts[:n-3], "/"), Stream: StreamID(stream),
		Incarnation: incarnation, Sequence: sequence,
	}, nil
}
