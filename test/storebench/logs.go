package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/holdfast-edge/holdfast/store/log"
	"github.com/holdfast-edge/holdfast/tag"
	"github.com/holdfast-edge/holdfast/test/plant"
)

// plainLog is the reference: segment files of length-prefixed records, one
// sync a commit. It has no index, no checksum and no cursors.
type plainLog struct {
	dir     string
	file    *os.File
	size    int
	segment int
	buffer  []byte
}

func (p *plainLog) commit(records [][]byte) error {
	if p.file == nil || p.size > 64<<20 {
		if err := p.rotate(); err != nil {
			return err
		}
	}
	p.buffer = p.buffer[:0]
	for _, r := range records {
		p.buffer = append(binary.AppendUvarint(p.buffer, uint64(len(r))), r...)
	}
	if _, err := p.file.Write(p.buffer); err != nil {
		return err
	}
	p.size += len(p.buffer)
	return datasync(p.file)
}

func (p *plainLog) rotate() (err error) {
	if p.file != nil {
		if err := p.file.Close(); err != nil {
			return err
		}
	}
	p.segment++
	p.size = 0
	p.file, err = os.Create(filepath.Join(p.dir, fmt.Sprint(p.segment)))
	return err
}

// running is a log that commits at once.
type running struct {
	*log.Log
	stop func() error
}

func startLog(dir string, recent int) (*running, error) {
	l, err := log.Open(log.Options{Dir: dir, Site: plant.Site, CommitEvery: time.Second, RecentBytes: recent})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	var work sync.WaitGroup
	var failed error
	work.Go(func() { failed = l.Run(ctx) })
	return &running{l, func() error {
		cancel()
		work.Wait()
		return errors.Join(failed, l.Close())
	}}, nil
}

const rounds, commitsPerRound = 7, 40

// commits measures commits of several sizes, and a drain.
func commits(ctx context.Context, dir string, p *page) error {
	for _, n := range []int{1, 100, 1000, 10_000} {
		if err := commitsOf(ctx, filepath.Join(dir, fmt.Sprint(n)), n, p); err != nil {
			return err
		}
	}
	return nil
}

func commitsOf(ctx context.Context, dir string, n int, p *page) (err error) {
	l, err := startLog(filepath.Join(dir, "log"), 1)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.stop()) }()
	plain := &plainLog{dir: dir}
	batch := climate(n)
	var records [][]byte
	for i := range n {
		records = append(records, tag.AppendRowJSON(nil, batch, i))
	}
	if _, err := l.Cursor("keeps it", log.CursorOptions{}); err != nil {
		return err
	}
	var theirs, ours []time.Duration
	for range rounds {
		start := time.Now()
		for range commitsPerRound {
			if err := plain.commit(records); err != nil {
				return err
			}
		}
		theirs = append(theirs, time.Since(start))
		start = time.Now()
		for range commitsPerRound {
			if _, err := l.AppendSync(ctx, batch); err != nil {
				return err
			}
		}
		ours = append(ours, time.Since(start))
	}
	rate := func(d time.Duration) float64 { return float64(n*commitsPerRound) / d.Seconds() }
	goal := ""
	if n == 1000 {
		goal = "≥ 0.6×"
	}
	a, b := rate(median(theirs)), rate(median(ours))
	p.row(fmt.Sprintf("log, %d records a commit, records/s", n), fmt.Sprintf("%.0f", a), fmt.Sprintf("%.0f", b), times(b, a), goal)
	if s := l.Stats(); n == 1000 {
		p.row("octets written for a record", fmt.Sprint(len(plain.buffer)/n), fmt.Sprintf("%.0f", float64(s.Written)/float64(s.Rows)), "", "")
		return drain(ctx, l, n*rounds*commitsPerRound, p)
	}
	return nil
}

// drain takes everything from the disk, in process.
func drain(ctx context.Context, l *running, records int, p *page) error {
	c, err := l.Cursor("drain", log.CursorOptions{SingleLane: true})
	if err != nil {
		return err
	}
	start := time.Now()
	for left := records; left > 0; {
		e, err := c.Next(ctx)
		if err != nil {
			return err
		}
		c.Ack(e)
		left -= int(e.Rows())
	}
	p.row("drain from the disk, records/s", "", fmt.Sprintf("%.0f", float64(records)/time.Since(start).Seconds()), "", "")
	return nil
}

// day says what 1,000 tags a second write in a day, with a commit a second.
func day(ctx context.Context, dir string, p *page) (err error) {
	l, err := startLog(dir, 1)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.stop()) }()
	made := newPlant(devices)
	const seconds = 120
	before := l.Stats().Written
	for second := range seconds {
		for i := range made.Schemas() {
			b := made.Row(i, moment(second))
			if i < devices-1 {
				err = l.Append(ctx, b)
			} else {
				_, err = l.AppendSync(ctx, b)
			}
			if err != nil {
				return err
			}
		}
	}
	written := float64(l.Stats().Written-before) / seconds * 86_400
	p.row("1,000 tags a second, a commit a second: GB a day that the log writes", "", fmt.Sprintf("%.2f", written/1e9), "", "")
	return nil
}

// open opens a log of a gigabyte.
func open(ctx context.Context, dir string, p *page) error {
	l, err := startLog(dir, 1)
	if err != nil {
		return err
	}
	if _, err := l.Cursor("keeps it", log.CursorOptions{}); err != nil {
		return err
	}
	for i := 0; l.Stats().Bytes < 1<<30; i++ {
		if _, err := l.AppendSync(ctx, noise(i)); err != nil {
			return err
		}
	}
	if err := l.stop(); err != nil {
		return err
	}
	var took []time.Duration
	for range 5 {
		start := time.Now()
		again, err := log.Open(log.Options{Dir: dir, Site: plant.Site})
		if err != nil {
			return err
		}
		took = append(took, time.Since(start))
		if err := again.Close(); err != nil {
			return err
		}
	}
	p.row("open of a log of 1 GB, ms", "", fmt.Sprintf("%.1f", float64(median(took).Microseconds())/1e3), "", "≤ 100")
	return nil
}
