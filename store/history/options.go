package history

import (
	"errors"
	"io/fs"
	"log/slog"
	"math/bits"
	"os"
	"time"
)

// Options are the settings of a history. The zero value of each means its
// default.
type Options struct {
	Dir string // of the files; made where it is missing

	// FlushEvery, FlushValues and FlushBytes bound what waits in memory: rows are
	// written when the oldest has waited that long, when that many values wait,
	// or when they take that many octets, beside some 70 of each tag.
	FlushEvery  time.Duration // 5 min
	FlushValues int           // 32 Mi
	FlushBytes  int           // 6 MB, 3 MB on 32-bit machines

	// ShardWidth is the source time that a file covers. Files that are there
	// keep theirs.
	ShardWidth time.Duration // 6 h, 2 h on 32-bit machines

	// ShardBytes bounds a file. One that has half of it ends behind its newest row,
	// and another goes on; the rest is for rows that come late. Those for which it
	// is full are dropped and counted: they hold up nobody.
	ShardBytes int // 4 GB, 64 MB on 32-bit machines

	// MaxAge and MaxBytes are the retention. A file goes when all of it is
	// older, and the oldest goes while all together are larger.
	MaxAge   time.Duration // 90 days
	MaxBytes int64         // 8 GB

	// Minutes and Hours are the retention of the tiers: of what the rows sum up
	// to by minute and by hour.
	Minutes Retention // 1 year, 2 GB
	Hours   Retention // 10 years, 1 GB

	// MergeAfter and MergeWithin say when rows that came for a file after it was
	// sealed are put in order in it: when none has come for so long, or when the
	// first has waited so long. Until then they are blocks behind the others, and
	// queries read the rows of the file and not what they sum up to.
	MergeAfter  time.Duration // 1 h
	MergeWithin time.Duration // 6 h

	// UpkeepEvery is how often it is looked at whether files are to be sealed or
	// are beyond the retention, where nothing comes in.
	UpkeepEvery time.Duration // 1 min

	// LateWithin is how old a row may be to be let in.
	LateWithin time.Duration // MaxAge

	// FutureWithin is how far a row may be ahead of the clock. One that is
	// further is quarantined until it no longer is. FutureRows bounds how many
	// are; more are counted and dropped.
	FutureWithin time.Duration // 1 h
	FutureRows   int           // 100,000

	Now    func() time.Time // time.Now
	Logger *slog.Logger     // none

	// OpenFile replaces os.OpenFile, for faults to be put in.
	OpenFile func(name string, flag int, mode fs.FileMode) (*os.File, error)
}

// Retention bounds what is kept. A file goes when all of it is older, and the
// oldest goes while all together are larger.
type Retention struct {
	MaxAge   time.Duration
	MaxBytes int64
}

func (r Retention) orDefault(age time.Duration, bytes int64) Retention {
	return Retention{MaxAge: orDefault(r.MaxAge, age), MaxBytes: orDefault(r.MaxBytes, bytes)}
}

const (
	is64Bit            = ^uint(0)>>63 == 1
	defaultFlushEvery  = 5 * time.Minute
	defaultFlushValues = 32 << 20
	defaultFlushBytes  = 3 << 20
	defaultMaxAge      = 90 * 24 * time.Hour
	defaultMaxBytes    = 8 << 30
	year               = 365 * 24 * time.Hour
	defaultMergeAfter  = time.Hour
	defaultMergeWithin = 6 * time.Hour
	defaultUpkeep      = time.Minute
	defaultFuture      = time.Hour
	defaultFutureRows  = 100_000
)

func (o Options) withDefaults() (Options, error) {
	if o.Dir == "" {
		return o, errors.New("open history: want a directory")
	}
	o.FlushEvery = orDefault(o.FlushEvery, defaultFlushEvery)
	o.FlushValues = orDefault(o.FlushValues, defaultFlushValues)
	o.FlushBytes = orDefault(o.FlushBytes, defaultBytes())
	o.ShardWidth = max(orDefault(o.ShardWidth, defaultWidth()), time.Minute).Truncate(time.Second)
	o.ShardBytes = orDefault(o.ShardBytes, defaultShard())
	o.MaxAge = orDefault(o.MaxAge, defaultMaxAge)
	o.MaxBytes = orDefault(o.MaxBytes, int64(defaultMaxBytes))
	o.Minutes = o.Minutes.orDefault(year, 2<<30)
	o.Hours = o.Hours.orDefault(10*year, 1<<30)
	o.MergeAfter = orDefault(o.MergeAfter, defaultMergeAfter)
	o.MergeWithin = orDefault(o.MergeWithin, defaultMergeWithin)
	o.UpkeepEvery = orDefault(o.UpkeepEvery, defaultUpkeep)
	o.LateWithin = orDefault(o.LateWithin, o.MaxAge)
	o.FutureWithin = orDefault(o.FutureWithin, defaultFuture)
	o.FutureRows = orDefault(o.FutureRows, defaultFutureRows)
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

func defaultWidth() time.Duration {
	if is64Bit {
		return 6 * time.Hour
	}
	return 2 * time.Hour
}

func defaultBytes() int {
	if is64Bit {
		return 2 * defaultFlushBytes
	}
	return defaultFlushBytes
}

// defaultShard keeps several files mapped within the address space of a 32-bit
// machine.
func defaultShard() int {
	return 64 << 20 << (bits.UintSize / 64 * 6)
}
