package log

import (
	"errors"
	"io/fs"
	"log/slog"
	"math/bits"
	"os"
	"time"

	"github.com/holdfast-edge/holdfast/internal/trace"
)

// Options are the settings of a log. The zero value of each means its default.
type Options struct {
	Dir  string // of the log's files; made where it is missing
	Site string // stands in every identity

	// CommitEvery and CommitBytes bound how long a batch stays in memory: a
	// commit is made when the oldest waiting batch is that old, or when that
	// many encoded octets wait, or at once where somebody waits for it. A
	// commit writes at least some 30 KB, so a shorter interval wears the disk.
	CommitEvery time.Duration // 1 s
	CommitBytes int           // 64 KB

	// QueueBytes bounds what waits to be committed, encoded. When it is full,
	// Append waits and Offer drops.
	QueueBytes int // 8 MB

	// AckEvery bounds how long an acknowledgement waits for a commit to ride
	// on. What is not persisted is delivered again after a crash.
	AckEvery time.Duration // 5 s

	// SegmentBytes is the size at which a file is closed and another begun.
	SegmentBytes int64 // 64 MB, 32 MB on 32-bit machines

	// StateBytes is the room that a file has beside that for the state: cursors, gaps
	// and checkpoints, twice. It takes addresses, and those are scarce on 32-bit
	// machines.
	StateBytes int // 1 GB, 16 MB on 32-bit machines

	// RecentBytes bounds the committed batches that are kept in memory, so that
	// a cursor at the tail reads nothing from the disk.
	RecentBytes int // 4 MB

	// OpenSegments bounds how many closed files are mapped at a time.
	OpenSegments int // 4

	Trace *trace.Tracer // is told what is committed; nil: nobody is

	Now    func() time.Time // time.Now
	Logger *slog.Logger     // none

	// OpenFile replaces os.OpenFile, for faults to be put in.
	OpenFile func(name string, flag int, mode fs.FileMode) (*os.File, error)
}

const (
	is64Bit           = ^uint(0)>>63 == 1
	defaultCommit     = time.Second
	defaultAck        = 5 * time.Second
	defaultCommitSize = 64 << 10
	defaultQueue      = 8 << 20
	defaultRecent     = 4 << 20
	defaultOpen       = 4
	minSegment        = 1 << 20
	defaultState      = 16 << 20 << (bits.UintSize / 64 * 6)
)

func (o Options) withDefaults() (Options, error) {
	if o.Dir == "" || o.Site == "" {
		return o, errors.New("open log: want a directory and a site")
	}
	o.CommitEvery = orDefault(o.CommitEvery, defaultCommit)
	o.CommitBytes = orDefault(o.CommitBytes, defaultCommitSize)
	o.QueueBytes = orDefault(o.QueueBytes, defaultQueue)
	o.AckEvery = orDefault(o.AckEvery, defaultAck)
	o.SegmentBytes = max(orDefault(o.SegmentBytes, defaultSegment()), minSegment)
	o.StateBytes = orDefault(o.StateBytes, defaultState)
	o.RecentBytes = orDefault(o.RecentBytes, defaultRecent)
	o.OpenSegments = orDefault(o.OpenSegments, defaultOpen)
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o, nil
}

func orDefault[T int | int64 | time.Duration](v, standard T) T {
	if v <= 0 {
		return standard
	}
	return v
}

// defaultSegment keeps several files mapped within the address space of a
// 32-bit machine.
func defaultSegment() int64 {
	if is64Bit {
		return 64 << 20
	}
	return 32 << 20
}
