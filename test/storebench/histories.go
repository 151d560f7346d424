package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb"
	"github.com/prometheus/prometheus/tsdb/chunkenc"

	"github.com/holdfast-edge/holdfast/store/history"
	"github.com/holdfast-edge/holdfast/store/log"
	"github.com/holdfast-edge/holdfast/tag"
	"github.com/holdfast-edge/holdfast/test/plant"
)

const (
	devices = 50
	seconds = 6 * 3600
	samples = devices * tagsEach * seconds
	charts  = 200
)

// measured is what one of the two histories did.
type measured struct {
	processor time.Duration // of the ingest
	bytes     int64         // on the disk
	written   int64         // to the disk; of the history only
	chart     time.Duration
	late      int64 // written for late rows
}

// histories measures the history and the tsdb with the same samples.
func histories(ctx context.Context, dir string, p *page) error {
	making := processorTime()
	made := newPlant(devices)
	for second := range seconds {
		for device := range devices {
			made.Row(device, moment(second))
		}
	}
	making = processorTime() - making
	theirs, err := prometheus(ctx, filepath.Join(dir, "tsdb"), false)
	if err != nil {
		return fmt.Errorf("tsdb: %w", err)
	}
	ours, err := holdfast(ctx, filepath.Join(dir, "history"))
	if err != nil {
		return fmt.Errorf("history: %w", err)
	}
	synced, err := prometheus(ctx, filepath.Join(dir, "synced"), true)
	if err != nil {
		return fmt.Errorf("tsdb with a sync a commit: %w", err)
	}
	logged, err := behindLog(ctx, filepath.Join(dir, "logged"))
	if err != nil {
		return fmt.Errorf("log and history: %w", err)
	}
	rate := func(m measured) float64 { return samples / max(m.processor-making, time.Millisecond).Seconds() / 1e6 }
	p.row("history, ingest, M samples a second of processor time", fmt.Sprintf("%.1f", rate(theirs)), fmt.Sprintf("%.1f", rate(ours)), times(rate(ours), rate(theirs)), "≥ 1×")
	p.row("the same with the log in front, a durable commit a second", fmt.Sprintf("%.1f", rate(theirs)), fmt.Sprintf("%.1f", rate(logged)), times(rate(logged), rate(theirs)), "")
	p.row("the same beside the tsdb with an fdatasync of its WAL a commit", fmt.Sprintf("%.1f", rate(synced)), fmt.Sprintf("%.1f", rate(logged)), times(rate(logged), rate(synced)), "")
	p.row("1,000 tags a second: GB a day that the history writes", "", fmt.Sprintf("%.2f", float64(ours.written)/seconds*86_400/1e9), "", "")
	p.row(fmt.Sprintf("a minute of late rows of one device, %d times: MB written, beside the file that they are of", lateFlushes), fmt.Sprintf("%.1f", float64(ours.bytes)/1e6), fmt.Sprintf("%.1f", float64(ours.late)/1e6), "", "")
	each := func(m measured) float64 { return float64(m.bytes) / samples }
	p.row("octets a sample on the disk", fmt.Sprintf("%.2f", each(theirs)), fmt.Sprintf("%.2f", each(ours)), times(each(theirs), each(ours)), "≤ 1.5")
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1e3 }
	p.row("six hours of one tag at one minute, ms", fmt.Sprintf("%.2f", ms(theirs.chart)), fmt.Sprintf("%.2f", ms(ours.chart)), times(ms(theirs.chart), ms(ours.chart)), "≤ 3, ≥ 1×")
	return nil
}

// source gives the plant's rows to the history.
type source struct {
	clock  *int64 // follows the rows
	plant  *plant.Plant
	place  int
	end    int
	offset int
}

// Next returns io.EOF at the end.
func (s *source) Next(context.Context) (log.Entry, error) {
	if s.place == s.end {
		return log.Entry{}, io.EOF
	}
	all := len(s.plant.Schemas())
	b := s.plant.Row(s.place%all, moment(s.place/all))
	s.place++
	*s.clock = max(*s.clock, b.Time(0))
	at := uint64(s.offset + s.place)
	return log.Entry{Position: at, Batch: b.Committed(tag.Identity{Site: plant.Site, Stream: b.Schema().Stream(), Incarnation: 1, Sequence: at})}, nil
}

// AckThrough is not counted.
func (s *source) AckThrough(log.Entry) {}

func holdfast(ctx context.Context, dir string) (m measured, err error) {
	now := began
	h, err := history.Open(history.Options{Dir: dir, Now: func() time.Time { return time.Unix(0, now) }})
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, h.Close()) }()
	used := processorTime()
	if err := fill(ctx, h, &source{clock: &now, plant: newPlant(devices), end: devices * seconds}); err != nil {
		return m, err
	}
	// An hour later the time of the shard is over: the next flushes seal it.
	for later := seconds + 3600; later < seconds+3603; later++ {
		if err := fill(ctx, h, &source{clock: &now, plant: newPlant(1), place: later, end: later + 1, offset: devices * seconds}); err != nil {
			return m, err
		}
	}
	m.processor = processorTime() - used
	if s := h.Stats(); s.Sealed == 0 {
		return m, fmt.Errorf("nothing was sealed: %+v", s)
	}
	m.bytes, m.written = h.Stats().Bytes, h.Stats().Written
	for _, t := range h.Stats().Tiers {
		m.bytes += t.Bytes
	}
	m.chart, err = timed(func() error {
		buckets, _, err := h.Buckets(ctx, "device_7", "tag_3", began, began+seconds*int64(time.Second), int64(time.Minute))
		if err == nil && len(buckets) != 360 {
			err = fmt.Errorf("%d buckets", len(buckets))
		}
		return err
	})
	if err == nil {
		m.late, err = late(ctx, h, &now)
	}
	return m, err
}

// lateFlushes is how many flushes bring late rows.
const lateFlushes = 36

// late gives rows of one device, a minute of them at each of the flushes of three
// hours, for the file that is sealed, waits until they are merged, and returns
// what was written.
func late(ctx context.Context, h *history.History, now *int64) (int64, error) {
	before := h.Stats()
	offset := devices*seconds + 10
	for i := range lateFlushes {
		from := &source{clock: now, plant: newPlant(1), place: 60 * i, end: 60 * (i + 1), offset: offset}
		if err := fill(ctx, h, from); err != nil {
			return 0, err
		}
		*now += int64(5 * time.Minute)
	}
	for h.Stats().Summed == before.Summed {
		*now += int64(time.Hour)
		offset += seconds
		if err := fill(ctx, h, &source{clock: now, plant: newPlant(1), place: seconds + 3*3600, end: seconds + 3*3600 + 1, offset: offset}); err != nil {
			return 0, err
		}
	}
	return h.Stats().Written - before.Written, nil
}

// behindLog is holdfast with the log in front, as on a node: each second is one
// durable commit, and a cursor brings it to the history.
func behindLog(ctx context.Context, dir string) (m measured, err error) {
	l, err := startLog(filepath.Join(dir, "log"), 0)
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, l.stop()) }()
	cursor, err := l.Cursor("history", history.CursorOptions())
	if err != nil {
		return m, err
	}
	var clock atomic.Int64
	clock.Store(began)
	h, err := history.Open(history.Options{Dir: filepath.Join(dir, "history"), Now: func() time.Time { return time.Unix(0, clock.Load()) }})
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, h.Close()) }()
	used := processorTime()
	running, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- h.Run(running, &counted{cursor, devices * seconds, stop}) }()
	err = produce(ctx, l, &clock)
	if failed := <-ended; !errors.Is(failed, context.Canceled) || ctx.Err() != nil {
		return m, errors.Join(err, failed)
	}
	now := clock.Load()
	for later := seconds + 3600; later < seconds+3603 && err == nil; later++ {
		clock.Store(began + int64(later)*1e9)
		err = fill(ctx, h, &source{clock: &now, plant: newPlant(1), place: later, end: later + 1, offset: devices * seconds})
	}
	m.processor = processorTime() - used
	if s := h.Stats(); s.Sealed == 0 || s.Rows < devices*seconds {
		err = errors.Join(err, fmt.Errorf("not all is there: %+v", s))
	}
	return m, err
}

// produce appends what the plant measures, a commit a second.
func produce(ctx context.Context, l *running, clock *atomic.Int64) (err error) {
	made := newPlant(devices)
	for second := range seconds {
		for device := range devices {
			b := made.Row(device, moment(second))
			if device < devices-1 {
				err = l.Append(ctx, b)
			} else {
				_, err = l.AppendSync(ctx, b)
			}
			if err != nil {
				return err
			}
		}
		clock.Store(began + int64(second)*1e9)
	}
	return nil
}

// counted is a cursor that stops whoever reads it behind a number of entries.
type counted struct {
	*log.Cursor
	left int
	stop context.CancelFunc
}

// Next stops behind the last entry.
func (c *counted) Next(ctx context.Context) (log.Entry, error) {
	if c.left == 0 {
		c.stop()
	}
	e, err := c.Cursor.Next(ctx)
	if err == nil {
		c.left--
	}
	return e, err
}

func fill(ctx context.Context, h *history.History, from *source) error {
	if err := h.Run(ctx, from); !errors.Is(err, io.EOF) {
		return err
	}
	return nil
}

// timed returns the median of many calls.
func timed(fn func() error) (time.Duration, error) {
	took := make([]time.Duration, charts)
	for i := range took {
		start := time.Now()
		if err := fn(); err != nil {
			return 0, err
		}
		took[i] = time.Since(start)
	}
	return median(took), nil
}

// prometheus measures the tsdb; where it is durable, with its WAL on the disk at
// each commit.
func prometheus(ctx context.Context, dir string, durable bool) (m measured, err error) {
	options := tsdb.DefaultOptions()
	options.MinBlockDuration = int64(6 * time.Hour / time.Millisecond)
	options.MaxBlockDuration = options.MinBlockDuration
	options.RetentionDuration = int64(1000 * 24 * time.Hour / time.Millisecond)
	db, err := tsdb.Open(dir, nil, nil, options, nil)
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	used := processorTime()
	wal := &walFile{dir: filepath.Join(dir, "wal")}
	defer wal.close()
	after := func() error { return nil }
	if durable {
		after = wal.sync
	}
	if err := appendAll(ctx, db, after); err != nil {
		return m, err
	}
	head := db.Head()
	if err := db.CompactHead(tsdb.NewRangeHead(head, head.MinTime(), head.MaxTime())); err != nil {
		return m, err
	}
	m.processor = processorTime() - used
	for _, block := range db.Blocks() {
		size, err := size(block.Dir())
		if err != nil {
			return m, err
		}
		m.bytes += size
	}
	m.chart, err = timed(func() error { return chart(ctx, db) })
	return m, err
}

// walFile is the segment of a WAL that is written.
type walFile struct {
	dir  string
	next int
	file *os.File
}

// sync makes durable what was written.
func (w *walFile) sync() error {
	for {
		later, err := os.Open(filepath.Join(w.dir, fmt.Sprintf("%08d", w.next)))
		if errors.Is(err, fs.ErrNotExist) && w.file != nil {
			return datasync(w.file)
		}
		if err != nil {
			return err
		}
		w.close()
		w.file = later
		w.next++
	}
}

func (w *walFile) close() {
	if w.file != nil {
		_ = w.file.Close() // it was read only
	}
}

func appendAll(ctx context.Context, db *tsdb.DB, committed func() error) error {
	made := newPlant(devices)
	var refs [devices][tagsEach]storage.SeriesRef
	var names [devices][tagsEach]labels.Labels
	for device := range devices {
		for slot := range tagsEach {
			names[device][slot] = labels.FromStrings("__name__", fmt.Sprintf("tag_%d", slot), "device", fmt.Sprintf("device_%d", device))
		}
	}
	for second := range seconds {
		app := db.Appender(ctx)
		for device := range devices {
			b := made.Row(device, moment(second))
			for slot, v := range b.Row(0) {
				f, _ := v.Float()
				ref, err := app.Append(refs[device][slot], names[device][slot], b.Time(0)/1e6, f)
				if err != nil {
					return errors.Join(err, app.Rollback())
				}
				refs[device][slot] = ref
			}
		}
		if err := errors.Join(app.Commit(), committed()); err != nil {
			return err
		}
	}
	return nil
}

// chart sums one series up by minute.
func chart(ctx context.Context, db *tsdb.DB) (err error) {
	q, err := db.Querier(began/1e6, began/1e6+seconds*1000)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, q.Close()) }()
	set := q.Select(ctx, false, nil,
		labels.MustNewMatcher(labels.MatchEqual, "__name__", "tag_3"), labels.MustNewMatcher(labels.MatchEqual, "device", "device_7"))
	var sums, counts [361]float64
	for set.Next() {
		it := set.At().Iterator(nil)
		for it.Next() == chunkenc.ValFloat {
			at, v := it.At()
			minute := (at - began/1e6) / 60_000
			sums[minute] += v
			counts[minute]++
		}
		if it.Err() != nil {
			return it.Err()
		}
	}
	if counts[359] == 0 {
		return errors.New("no samples")
	}
	return set.Err()
}

// size returns the octets of the files below a directory.
func size(dir string) (octets int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			octets += info.Size()
		}
		return err
	})
	return octets, err
}
