package node

import (
	"context"
	"encoding/json"
	"errors"
	"runtime/debug"
	"time"

	"github.com/holdfast-edge/holdfast/console"
	"github.com/holdfast-edge/holdfast/store/history"
	"github.com/holdfast-edge/holdfast/store/log"
	"github.com/holdfast-edge/holdfast/store/state"
	"github.com/holdfast-edge/holdfast/tag"
)

// Where it is kept what the clock has shown.
const clockSpace, clockKey = "clock", "last"

// clockKept is how often what the clock shows is kept: a write of the state wears
// the disk.
const clockKept = time.Hour

// clockMemory is what is kept of the clock.
type clockMemory struct {
	Shown  time.Time `json:"shown"`
	Shifts []shift   `json:"shifts,omitempty"`

	// Unsettled is of a process that has ended before the clock was trusted.
	Unsettled *unsettled `json:"unsettled,omitempty"`
}

// builtAt is when the program was built, or before which it was not.
func builtAt() time.Time {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if at, err := time.Parse(time.RFC3339, s.Value); s.Key == "vcs.time" && err == nil {
				return at
			}
		}
	}
	return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
}

// openClock begins to watch the clock, before anything is opened.
func (n *Node) openClock() {
	var m clockMemory
	text, err := n.life.state.Document(clockSpace, clockKey)
	if err == nil {
		err = json.Unmarshal(text, &m)
	}
	if err != nil && !errors.Is(err, state.ErrNotFound) {
		n.means.Logger.Error("what the clock has shown", "error", err)
		m = clockMemory{}
	}
	n.clock = newClockWatch(builtAt(), m.Shown, time.Now(), sinceBoot(n.started), synchronized())
	n.clock.known = m.Shifts
	n.clockKept, n.clockLeft = m.Shown, m.Unsettled != nil
	if u := m.Unsettled; u != nil && u.Boot != "" && u.Boot == bootID() {
		n.clock.resume(u)
	} else if u != nil {
		n.tellClock("alarm", "values that were stamped when the clock showed "+u.Wall.UTC().Format(time.RFC3339)+
			" and before have no place in the history: the machine was switched off before its clock was set, and nobody knows for how long")
	}
	if trouble := n.clock.trouble(); trouble != "" {
		n.tellClock("alarm", trouble)
	}
}

// beginClock tells the clock's watch where the log stands, once that is open.
func (n *Node) beginClock() {
	if n.clock.began(n.log.Incarnation(), n.log.Tail()) || n.clockLeft {
		n.keepClock(time.Now())
	}
}

// watchClock looks at the clock, tells what is new and keeps what it shows: for a
// later process of the same boot, too, while it is not trusted.
func (n *Node) watchClock() {
	now := time.Now()
	told := n.clock.look(now, sinceBoot(n.started), synchronized())
	for _, text := range told {
		n.tellClock("clock", text)
	}
	if since := now.Sub(n.clockKept); len(told) > 0 || n.clock.trouble() == "" && since.Abs() >= clockKept {
		n.keepClock(now)
	}
}

func (n *Node) tellClock(kind, text string) {
	n.means.Logger.Warn("clock", "event", text)
	n.journal.add(console.Event{Time: n.journal.now(), Kind: kind, Path: "/core", Text: text})
}

func (n *Node) keepClock(now time.Time) {
	left := n.clock.left(bootID())
	if left == nil { // else what it shows has been
		n.clockKept = now.Round(0)
	}
	text, err := json.Marshal(clockMemory{Shown: n.clockKept.UTC(), Shifts: n.clock.shifts(), Unsettled: left})
	if err == nil {
		err = n.life.state.Put(clockSpace, clockKey, text)
	}
	if err != nil {
		n.means.Logger.Error("keep what the clock shows", "error", err)
	}
}

// Clock tells how the node's clock is doing.
func (n *Node) Clock() console.Clock { return n.clock.show() }

// placed is the history's source: it waits for a clock that is trusted, and
// rows that were stamped before come with the time that it was. What they are,
// and their order, is as the log has it.
type placed struct {
	history.Source
	clock *clockWatch
}

// Next is described at history.Source.
func (p placed) Next(ctx context.Context) (log.Entry, error) {
	select {
	case <-p.clock.trusted():
	case <-ctx.Done():
		return log.Entry{}, ctx.Err()
	}
	e, err := p.Source.Next(ctx)
	if err == nil && e.Batch != nil {
		e.Batch, err = p.clock.placeBatch(e.Batch, e.Position)
	}
	return e, err
}

// placeBatch returns the batch at a position of the log with its rows where they
// belong: the same one where they are there already.
func (w *clockWatch) placeBatch(b *tag.Batch, position uint64) (*tag.Batch, error) {
	life := b.Identity(0).Incarnation
	place := func(at int64) int64 { return w.place(at, life, position) }
	moved := false
	for i := 0; i < b.Len() && !moved; i++ {
		moved = place(b.Time(i)) != b.Time(i)
	}
	if !moved {
		return b, nil
	}
	width := b.Schema().Len()
	rows := tag.Rows{Hops: b.Hops()}
	for i := range b.Len() {
		rows.Times = append(rows.Times, place(b.Time(i)))
		rows.Values = append(rows.Values, b.Row(i)...)
		for slot := 0; slot < width && b.HasValueTimes(); slot++ {
			rows.Stamps = append(rows.Stamps, place(b.ValueTime(i, slot)))
		}
	}
	assembled, err := tag.Assemble(b.Schema(), rows)
	if err != nil {
		return nil, err
	}
	return assembled.As(b.Origin()).Committed(b.Identity(0)), nil
}
