package rule

import (
	"time"

	"github.com/holdfast-edge/holdfast/actors/write"
	"github.com/holdfast-edge/holdfast/streamsql"
	"github.com/holdfast-edge/holdfast/tag"
)

// Write is a device that a rule writes to: each column of a row goes to the tag
// of its name.
type Write struct {
	Device   string
	Mode     write.Mode
	Deadline time.Duration // from the row's source time
	DryRun   bool
}

// writer turns rows into commands.
type writer struct {
	config  Write
	by      string
	trigger *write.Trigger
}

func newWriter(rule string, w Write) *writer {
	return &writer{config: w, by: "rule " + rule, trigger: write.NewTrigger(w.Mode)}
}

// commands gives a command for every column of every row that fires.
func (w *writer) commands(b *tag.Batch, now time.Time, m *Meter, give func(write.Command)) {
	if b.Origin() != tag.Live {
		return
	}
	for i := range b.Len() {
		deadline := time.Unix(0, b.Time(i)).Add(w.config.Deadline)
		for slot, v := range b.Row(i) {
			name := b.Schema().Field(slot).Name
			switch {
			case !w.trigger.Would(name, v):
			case now.After(deadline):
				m.Expired.Add(1) // the next row that is in time writes
			case w.trigger.Fires(name, v):
				m.Writes.Add(1)
				give(write.Command{
					Device: w.config.Device, Tag: name, Value: v, By: w.by,
					Deadline: deadline, DryRun: w.config.DryRun,
				})
			}
		}
	}
}

// isKnown reports whether all that a query uses of a row is there to be judged:
// nothing that is Bad. A message is never Bad: its rows need not be read for that.
func isKnown(b *tag.Batch, row int, use streamsql.Use) bool {
	values := b.Front(row)
	if use.All {
		for _, v := range values {
			if v.Quality().IsBad() {
				return false
			}
		}
		return true
	}
	for _, name := range use.Columns {
		if slot, ok := b.Schema().Slot(name); ok && slot < len(values) && values[slot].Quality().IsBad() {
			return false
		}
	}
	return true
}
