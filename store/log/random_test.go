package log_test

import (
	"context"
	"errors"
	"testing"

	"pgregory.net/rapid"

	"github.com/holdfast-edge/holdfast/store/log"
	"github.com/holdfast-edge/holdfast/store/storetest"
	"github.com/holdfast-edge/holdfast/tag"
)

// history of a log as a list: what was given, in order, and what each cursor has
// settled.
type ledger struct {
	t       *rapid.T
	options log.Options
	log     *log.Log
	given   map[string][]int // by stream: the number of each record, -1 for one that was refused
	cursors map[string]*reader
}

// reader is a cursor and what its consumer has.
type reader struct {
	cursor  *log.Cursor // nil while closed
	options log.CursorOptions
	flights []log.Entry
	has     map[tag.StreamID]map[uint64]bool
}

// TestRandomHistoriesLoseNothing appends, refuses, reads, acknowledges in any
// order, closes, restarts, at random; in the end every consumer has every record
// or a gap for it, with the number it was given.
func TestRandomHistoriesLoseNothing(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		l := &ledger{t: rt, given: map[string][]int{}, cursors: map[string]*reader{}, options: log.Options{
			Dir: t.TempDir(), Site: storetest.Site, QueueBytes: 300, SegmentBytes: 1 << 20, RecentBytes: 1,
		}}
		l.open()
		defer func() { l.shut() }()
		l.cursors["all"] = newReader(log.CursorOptions{Window: 8})
		l.cursors["pump"] = newReader(log.CursorOptions{Streams: []string{"pump"}, SingleLane: true})
		l.use(l.cursors["all"], "all")
		l.use(l.cursors["pump"], "pump")
		rt.Repeat(map[string]func(*rapid.T){
			"append":  l.append,
			"read":    l.read,
			"ack":     l.ack,
			"close":   l.close,
			"restart": func(*rapid.T) { l.restart() },
		})
		l.settle()
	})
}

func newReader(o log.CursorOptions) *reader {
	return &reader{options: o, has: map[tag.StreamID]map[uint64]bool{}}
}

func (l *ledger) open() {
	opened, err := log.Open(l.options)
	if err != nil {
		l.t.Fatal(err)
	}
	l.log = opened
}

// shut commits what waits and closes. Without a running committer, a history is
// the same each time.
func (l *ledger) shut() {
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if err := errors.Join(l.log.Run(ended), l.log.Close()); err != nil {
		l.t.Fatal(err)
	}
}

func (l *ledger) restart() {
	l.shut()
	l.open()
	for _, r := range l.cursors {
		r.cursor, r.flights = nil, nil
	}
}

func (l *ledger) append(t *rapid.T) {
	name := rapid.SampledFrom([]string{"boiler", "pump"}).Draw(t, "stream")
	rows := rapid.IntRange(1, 5).Draw(t, "rows")
	first := len(l.given[name])
	err := l.log.Offer(storetest.Rows(storetest.Stream(name, 1), first, rows, 0))
	for i := range rows {
		if err == nil {
			l.given[name] = append(l.given[name], first+i)
		} else {
			l.given[name] = append(l.given[name], -1)
		}
	}
}

func (l *ledger) pick(t *rapid.T) (*reader, string) {
	name := rapid.SampledFrom([]string{"all", "pump"}).Draw(t, "cursor")
	return l.cursors[name], name
}

func (l *ledger) use(r *reader, name string) {
	if r.cursor != nil {
		return
	}
	c, err := l.log.Cursor(name, r.options)
	if err != nil {
		l.t.Fatal(err)
	}
	r.cursor = c
}

func (l *ledger) read(t *rapid.T) {
	r, name := l.pick(t)
	l.use(r, name)
	l.take(r)
}

// take takes an entry, if there is one.
func (l *ledger) take(r *reader) bool {
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	e, err := r.cursor.Next(ended)
	if err != nil {
		return false
	}
	l.believe(e)
	r.flights = append(r.flights, e)
	return true
}

// believe compares an entry with what was given.
func (l *ledger) believe(e log.Entry) {
	for name, given := range l.given {
		if tag.NewStreamID(storetest.Site, name) != e.Stream() {
			continue
		}
		for i := range e.Rows() {
			want := given[e.First().Sequence-1+i]
			if e.Gap != nil && want != -1 || e.Gap == nil && want != number(e)+int(i) {
				l.t.Fatalf("%s: record %d was given as %d", name, e.First().Sequence+i, want)
			}
		}
	}
}

func (l *ledger) ack(t *rapid.T) {
	r, _ := l.pick(t)
	if r.cursor == nil || len(r.flights) == 0 {
		return
	}
	i := rapid.IntRange(0, len(r.flights)-1).Draw(t, "flight")
	r.settle(l.t, r.flights[i])
	r.flights = append(r.flights[:i], r.flights[i+1:]...)
}

// settle acknowledges what the consumer now has.
func (r *reader) settle(t *rapid.T, e log.Entry) {
	if r.has[e.Stream()] == nil {
		r.has[e.Stream()] = map[uint64]bool{}
	}
	for i := range e.Rows() {
		r.has[e.Stream()][e.First().Sequence+i] = true
	}
	if !r.cursor.Ack(e) {
		t.Fatalf("record %d is not awaited", e.First().Sequence)
	}
}

func (l *ledger) close(t *rapid.T) {
	if r, _ := l.pick(t); r.cursor != nil {
		r.cursor.Close()
		r.cursor, r.flights = nil, nil
	}
}

// settle lets every consumer take the rest.
func (l *ledger) settle() {
	l.restart()
	for name, r := range l.cursors {
		l.use(r, name)
		for l.take(r) {
			r.settle(l.t, r.flights[0])
			r.flights = nil
		}
	}
	for name, given := range l.given {
		for sequence := range uint64(len(given)) {
			for consumer, r := range l.cursors {
				wanted := consumer == "all" || consumer == name
				if has := r.has[tag.NewStreamID(storetest.Site, name)][sequence+1]; has != wanted {
					l.t.Fatalf("%s of %s: record %d: has it: %t", consumer, name, sequence+1, has)
				}
			}
		}
	}
	for _, c := range l.log.Stats().Cursors {
		if c.Lag != 0 || c.InFlight != 0 {
			l.t.Fatalf("%s has everything, and a lag of %d with %d on the way", c.Name, c.Lag, c.InFlight)
		}
	}
}
