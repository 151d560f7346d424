package node

import (
	"fmt"
	"sync"
	"time"

	"github.com/holdfast-edge/holdfast/console"
	"github.com/holdfast-edge/holdfast/store/history"
	"github.com/holdfast-edge/holdfast/store/log"
)

// How the pace of writing is measured: over the last hour, looked at every few
// minutes, and not before there is as much to go by.
const (
	paceWindow = time.Hour
	paceStep   = 5 * time.Minute
)

// diskWatch notices damage on the disk, and writes faster than the disk is to
// bear. The goroutine of the vigil calls look; anybody may call perDay.
type diskWatch struct {
	files  int   // set aside, as of the last look
	blocks int64 // left out
	warned time.Time

	mu    sync.Mutex
	marks []paceMark // oldest first
	pace  int64
}

// paceMark is how much was written at a time.
type paceMark struct {
	at      time.Time
	written int64
}

// look compares the stores with the last look, and returns what is to be told.
func (w *diskWatch) look(now time.Time, l log.Stats, h history.Stats, budget int64) (told []string) {
	files, blocks := l.Quarantined+h.Quarantined, h.Damaged
	if files > w.files {
		told = append(told, fmt.Sprintf("%d damaged files of log or history were set aside as *.corrupt: what they held is in gaps; look at the disk", files-w.files))
	}
	if blocks > w.blocks {
		told = append(told, fmt.Sprintf("%d damaged blocks of history were left out of answers: look at the disk", blocks-w.blocks))
	}
	w.files, w.blocks = files, blocks
	perDay := w.mark(now, l.Written+h.Written)
	if budget > 0 && perDay > budget && now.Sub(w.warned) >= 24*time.Hour {
		w.warned = now
		told = append(told, fmt.Sprintf("log and history write %.1f GB a day to the disk, more than log.write_budget (%.1f GB): flash wears; commit less often, or log fewer streams", float64(perDay)/1e9, float64(budget)/1e9))
	}
	return told
}

// mark notes how much was written, and returns the pace by day; 0 where there is
// too little to go by.
func (w *diskWatch) mark(now time.Time, written int64) int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	if n := len(w.marks); n == 0 || now.Sub(w.marks[n-1].at) >= paceStep {
		w.marks = append(w.marks, paceMark{now, written})
	}
	for len(w.marks) > 1 && now.Sub(w.marks[1].at) >= paceWindow {
		w.marks = w.marks[1:]
	}
	first := w.marks[0]
	if span := now.Sub(first.at); span >= paceStep {
		w.pace = int64(float64(written-first.written) / span.Hours() * 24)
	}
	return w.pace
}

// perDay returns the pace.
func (w *diskWatch) perDay() int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.pace
}

// watchDisk tells what is new about the disk.
func (n *Node) watchDisk(now time.Time) {
	for _, text := range n.disk.look(now, n.log.Stats(), n.history.Stats(), int64(n.site().Log.WriteBudget)) {
		n.means.Logger.Error("disk", "alarm", text)
		n.journal.add(console.Event{Time: now, Kind: "alarm", Path: "/core/log", Text: text})
	}
}

// historyFiles returns how the history is doing.
func historyFiles(s history.Stats) console.HistoryFiles {
	v := console.HistoryFiles{
		Rows: s.Rows, Written: s.Written, Bytes: s.Bytes, Late: s.Late, Future: s.Future, Overflow: s.Overflow,
		Damaged: s.Damaged, Quarantined: s.Quarantined,
	}
	for _, t := range s.Tiers {
		v.SumBytes += t.Bytes
	}
	return v
}
