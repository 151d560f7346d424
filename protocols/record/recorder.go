package record

import (
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/holdfast-edge/holdfast/protocols"
)

// Limits bound a recording.
type Limits struct {
	Bytes int           // of memory, about
	Time  time.Duration // of what is kept
	Ring  bool          // when it is full the oldest goes, else the recording ends
}

// The limits of limits.
const (
	MinBytes = 4 << 10
	MaxBytes = 64 << 20
	MaxTime  = 24 * time.Hour
)

// DefaultLimits are those of who states none.
func DefaultLimits() Limits { return Limits{Bytes: 4 << 20, Time: 10 * time.Minute} }

// check refuses what makes no sense.
func (l Limits) check() error {
	if l.Bytes < MinBytes || l.Bytes > MaxBytes || l.Time <= 0 || l.Time > MaxTime {
		return errors.New("a recording is of 4 KiB to 64 MiB, and of up to 24 hours")
	}
	return nil
}

// Recorder records the sessions of an endpoint. It is their tap, and may be used concurrently.
type Recorder struct {
	now    func() time.Time
	active atomic.Bool

	mutex   sync.Mutex
	limits  Limits
	start   time.Time // zero: there is no recording
	end     time.Time // zero: it goes on
	full    bool
	frames  []Frame
	size    int
	lost    uint64
	current protocols.Note // of the connection: Opened or an end
}

var _ protocols.Tap = (*Recorder)(nil)

// NewRecorder returns the recorder of an endpoint. now has a monotonic reading.
func NewRecorder(now func() time.Time) *Recorder { return &Recorder{now: now} }

// ErrRecording says that a recording goes on already.
var ErrRecording = errors.New("it is being recorded already: stop that first")

// Start begins a recording, and lets go of the one before.
func (r *Recorder) Start(l Limits) error {
	if err := l.check(); err != nil {
		return err
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.active.Load() {
		return ErrRecording
	}
	r.limits, r.start, r.end = l, r.now(), time.Time{}
	r.full, r.frames, r.size, r.lost = false, nil, 0, 0
	if r.current == protocols.Opened {
		r.keep(Frame{Note: protocols.Opened}) // it was opened before
	}
	r.active.Store(true)
	return nil
}

// Stop ends the recording, which stays to be fetched.
func (r *Recorder) Stop() {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.stop(r.now())
}

func (r *Recorder) stop(at time.Time) {
	if r.active.CompareAndSwap(true, false) {
		r.end = at
	}
}

// Clear stops, and lets go of what was recorded.
func (r *Recorder) Clear() {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.stop(r.now())
	r.start, r.frames, r.size = time.Time{}, nil, 0
}

// Active is described at protocols.Tap.
func (r *Recorder) Active() bool { return r.active.Load() }

// Note is described at protocols.Tap.
func (r *Recorder) Note(n protocols.Note, octets []byte) {
	event := n == protocols.Opened || n == protocols.Closed || n == protocols.Cut
	if !event && !r.active.Load() {
		return
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if event && !r.turn(n) || !r.active.Load() {
		return
	}
	at := r.now().Sub(r.start)
	if !r.limits.Ring && at > r.limits.Time {
		r.full = true
		r.stop(r.start.Add(r.limits.Time))
		return
	}
	r.keep(Frame{At: at, Note: n, Data: slices.Clone(octets)})
}

// turn remembers how the connection is; false for what is known: a connection ends once.
func (r *Recorder) turn(n protocols.Note) bool {
	if n != protocols.Opened && r.current != protocols.Opened {
		return false
	}
	r.current = n
	return true
}

// frameCost is about what a frame takes beside its octets.
const frameCost = 64

// keep keeps a frame, as the limits say.
func (r *Recorder) keep(f Frame) {
	cost := len(f.Data) + frameCost
	if r.size+cost > r.limits.Bytes && !r.limits.Ring {
		r.full = true
		r.lost++
		r.stop(r.start.Add(f.At))
		return
	}
	r.frames = append(r.frames, f)
	r.size += cost
	if r.limits.Ring {
		r.shed(f.At - r.limits.Time)
	}
}

// shed lets go of the oldest: what does not fit, and what is from before a time.
func (r *Recorder) shed(before time.Duration) {
	n := 0
	for ; n < len(r.frames) && (r.size > r.limits.Bytes || r.frames[n].At < before); n++ {
		r.size -= len(r.frames[n].Data) + frameCost
		r.frames[n] = Frame{}
	}
	r.frames = r.frames[n:] // append moves what is left when the array is at its end
	r.lost += uint64(n)
}

// State is how a recorder is doing.
type State struct {
	Recording bool
	Full      bool // it ended by itself
	Start     time.Time
	Length    time.Duration
	Limits    Limits
	Frames    int
	Bytes     int
	Lost      uint64
}

// State returns that. The zero State means that there is nothing.
func (r *Recorder) State() State {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.start.IsZero() {
		return State{}
	}
	if r.active.Load() && !r.limits.Ring && r.now().Sub(r.start) > r.limits.Time {
		r.full = true
		r.stop(r.start.Add(r.limits.Time))
	}
	return State{
		Recording: r.active.Load(), Full: r.full, Start: r.start, Length: r.length(), Limits: r.limits,
		Frames: len(r.frames), Bytes: r.size, Lost: r.lost,
	}
}

func (r *Recorder) length() time.Duration {
	if r.end.IsZero() {
		return r.now().Sub(r.start)
	}
	return r.end.Sub(r.start)
}

// ErrNothing says that nothing was recorded.
var ErrNothing = errors.New("nothing has been recorded")

// Recording returns what is recorded so far. Driver, Endpoint and Program of its header are for the caller to fill in.
func (r *Recorder) Recording() (*Recording, error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.start.IsZero() {
		return nil, ErrNothing
	}
	h := Header{Start: r.start.UTC(), Length: r.length(), Ring: r.limits.Ring, Lost: r.lost}
	return &Recording{Header: h, Frames: slices.Clone(r.frames)}, nil
}
