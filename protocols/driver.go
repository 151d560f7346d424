package protocols

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/tag"
)

// Driver is one protocol. It is stateless and may be used concurrently.
type Driver interface {
	// Spec names the driver and declares the options that it adds to
	// endpoints, devices and tags.
	Spec() config.Driver

	// Compile turns a device's configuration into what a Session of this
	// driver can execute. It does no I/O. Its errors say which field is wrong
	// and what would be right.
	Compile(device *config.Device) (Device, error)

	// Dial opens a session with an endpoint. It returns when the session can
	// be used, or with a *Fault; a cancelled ctx ends it at once.
	Dial(ctx context.Context, endpoint Endpoint) (Session, error)
}

// Endpoint is a socket or a serial port, shared by the devices behind it.
type Endpoint struct {
	URL     *url.URL
	Options any // the driver's endpoint options, decoded
	Logger  *slog.Logger
	Tap     Tap // is told what is exchanged; nil: nobody is
}

// Device is a compiled device. It is used by the goroutine of its session
// only, and may learn: a plan that met an address the device does not have may
// be longer afterwards.
type Device interface {
	// Plans returns a plan for each group, in the order of the configuration.
	Plans() []Plan

	// Point returns a single tag to be written or read by itself. ok is false
	// for a tag the device does not have.
	Point(tagName string) (p Point, ok bool)
}

// Plan is what one scan of one group asks for, as steps of one round trip
// each. Steps is asked again after every step, since a device's refusal may
// add some.
type Plan interface {
	Steps() int
}

// Point is one tag, compiled.
type Point interface {
	// Check reports why the value cannot be written, before anything is sent:
	// wrong type, out of range, not writable. nil means that it can.
	Check(v tag.Value) error
}

// Relinquisher is a Point that may take a null: what was written before is given up, and whatever else commands the thing has its
// way.
type Relinquisher interface {
	// Relinquishes reports whether it does. Then Check takes a Null of good quality.
	Relinquishes() bool
}

// Session is an open connection. Calls come from one goroutine at a time, but
// for Close, which may come at any time and ends a call in progress. After a
// Fault of scope Session only Close may be called.
type Session interface {
	// Read executes one step of a plan and fills the values of the tags that
	// the step covers; row is in the order of the group's tags. A refused item
	// is a Bad value and no error.
	Read(ctx context.Context, plan Plan, step int, row Row) error

	// Write sends one value and returns nil when the device has acknowledged
	// it. A *Refusal says that the device answered and refused; a *Fault with
	// Sent set says that nobody knows. It never tries twice.
	Write(ctx context.Context, p Point, v tag.Value) error

	// ReadPoint reads one tag by itself, to verify a write.
	ReadPoint(ctx context.Context, p Point) (tag.Value, error)

	// Probe asks the device for the cheapest answer that proves it alive.
	Probe(ctx context.Context, d Device) error

	// Close releases the connection and returns when nothing of the session
	// is left behind. It may be called more than once.
	Close() error
}

// Row is where a scan puts its values.
type Row struct {
	Values []tag.Value
	Stamps []int64    // source times in ns where the device gives them; 0: the time of the scan
	Origin tag.Origin // Backfill for what a Subscriber reads later from the device's own history, else Live
}

// NewRow returns a row of so many tags in which nothing has changed.
func NewRow(width int) Row {
	return Row{Values: make([]tag.Value, width), Stamps: make([]int64, width)}
}

// Subscriber is a Session whose device sends values unasked. The actors
// subscribe to every group at once and do not poll.
//
// Subscribe runs beside the other calls of the session: it has a goroutine of
// its own for each device, while Read, Write, ReadPoint and Probe come from the
// session's. What both touch, of the session and of the Device, must bear that.
type Subscriber interface {
	// Subscribe registers the groups and calls deliver, from one goroutine,
	// with rows of a group whenever values arrive. Absent values have not
	// changed; a tag that the device does not watch is Bad. A row is deliver's
	// to keep. deliver may wait for the actors: meanwhile the device goes on
	// sending, into a bounded queue of the driver's that drops its oldest,
	// counted.
	//
	// Where a device keeps a history and was subscribed before, rows of what
	// was missed in between follow with Origin Backfill and a stamp for each
	// value, the oldest first, absent where there was none at that instant.
	//
	// It returns when the session ends, with the *Fault that ended it, or with
	// nil after ctx is done.
	Subscribe(ctx context.Context, d Device, deliver func(group int, row Row)) error
}

// Browser is a Session whose device can list what it has.
//
// Browse runs beside the other calls of the session, in a goroutine of its own
// and one at a time. What both touch must bear that.
type Browser interface {
	// Browse calls found, from the goroutine that called it, for each item below
	// the address, "" being the root. An address that there is not, and one with
	// more than MaxBrowsed items, is a *Refusal; anything else that went wrong is
	// a *Fault. It returns soon after ctx is done.
	Browse(ctx context.Context, address string, found func(Item)) error
}

// MaxBrowsed is how many items a Browser remembers of one address.
const MaxBrowsed = 100_000

// TooMany refuses an address with more items than that.
func TooMany(doing string) *Refusal {
	return &Refusal{Quality: tag.BadResponseTooLarge, Err: fmt.Errorf("%s: there are more than %d items", doing, MaxBrowsed)}
}

// Item is one thing that a device offers.
type Item struct {
	Address  string // as a tag's address is configured; empty for what is only told and no tag
	Name     string
	Type     string // as a tag's type is configured; empty for a folder
	Unit     string // of the value, where the listing tells
	Writable bool
	Folder   bool
	Value    tag.Value // what it holds, where the listing tells; absent otherwise
}
