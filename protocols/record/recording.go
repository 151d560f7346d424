package record

import (
	"errors"
	"time"

	"github.com/holdfast-edge/holdfast/protocols"
)

// Recording is what was exchanged, in the order in which it was.
type Recording struct {
	Header Header
	Frames []Frame
}

// Header says of what a recording is.
type Header struct {
	Driver   string        `json:"driver"`   // as in a device's configuration
	Endpoint string        `json:"endpoint"` // address without options, which may hold secrets
	Program  string        `json:"program"`  // version of Holdfast
	Start    time.Time     `json:"start"`
	Length   time.Duration `json:"length_ns"`
	Ring     bool          `json:"ring"` // the newest was kept, not the oldest
	Lost     uint64        `json:"lost"` // frames that found no room
}

// Frame is octets that went one way at once, or an event of the connection.
type Frame struct {
	At   time.Duration // since the start, monotonic
	Note protocols.Note
	Data []byte
}

var (
	// ErrFormat says that a file is no recording.
	ErrFormat = errors.New("this is no recording")

	// ErrVersion says that a recording is of a version that this program does not know.
	ErrVersion = errors.New("the recording is of another version of the format")

	// ErrDamaged says that a checksum is wrong. What stands before it is intact.
	ErrDamaged = errors.New("the recording is damaged")

	// ErrCutOff says that a recording has no end. What there is of it is intact.
	ErrCutOff = errors.New("the recording has no end: the file was cut off")
)

const (
	magic   = "HOLDFREC"
	version = 1

	maxHeader = 64 << 10
	maxFrame  = 16 << 20
	maxFile   = 256 << 20 // of frames that are read
)
