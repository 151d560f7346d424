package node

import (
	"slices"
	"time"
)

// shift is a stretch of time that an untrusted clock showed, and how far it was
// behind. Every boot of a box without a battery shows the same stretch again, so
// it holds for what the log has from one position to another.
type shift struct {
	From, To int64  // ns
	By       int64  // ns
	Life     uint64 `json:",omitempty"` // incarnation of the log; 0: any
	First    uint64 `json:",omitempty"` // position of the first entry that was stamped so
	Before   uint64 `json:",omitempty"` // and of the first one after them; 0: the log's end
}

// unsettled is what a process leaves behind whose clock was not trusted. A later
// one of the same boot of the machine knows by the monotonic clock how far the
// wall clock was off.
type unsettled struct {
	Boot    string        // of the machine
	Wall    time.Time     // what the clock showed
	Elapsed time.Duration // since the boot, then
	Open    []shift
}

// stretch returns one that begins at a time.
func (w *clockWatch) stretch(from time.Time) shift {
	return shift{From: from.UnixNano(), To: from.UnixNano(), Life: w.life, First: w.first}
}

// extend makes the stretch that is going on reach to a time.
func (w *clockWatch) extend(to time.Time) {
	if len(w.open) == 0 {
		w.open = append(w.open, w.stretch(w.wall))
	}
	w.open[len(w.open)-1].To = to.UnixNano()
}

// resume takes up what an earlier process of the same boot has left, before
// began. It may be that the clock was set meanwhile.
func (w *clockWatch) resume(u *unsettled) {
	w.mu.Lock()
	defer w.mu.Unlock()
	expected := u.Wall.Add(w.elapsed - u.Elapsed)
	if len(u.Open) == 0 || w.elapsed < u.Elapsed {
		return
	}
	w.open = slices.Clone(u.Open)
	w.open[len(w.open)-1].To = expected.UnixNano()
	if step := w.wall.Sub(expected); step.Abs() >= leastStep {
		for i := range w.open {
			w.open[i].By += int64(step)
		}
		w.open = append(w.open, shift{From: w.wall.UnixNano(), To: w.wall.UnixNano()})
	}
	if !w.untrusted {
		w.settle()
	}
}

// settle makes the open stretches known ones: it is known now how far off they
// were.
func (w *clockWatch) settle() {
	for _, s := range w.open {
		if s.By != 0 {
			w.known = append(w.known, s)
		}
	}
	w.known, w.open = w.known[max(0, len(w.known)-keptShifts):], nil
}

// began takes the incarnation of the log, and the position of what this process
// is the first to append: what was known before ends there. It reports whether
// there is anything to be kept.
func (w *clockWatch) began(life, first uint64) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.life, w.first = life, first
	changed := w.untrusted
	for i := range w.known {
		if w.known[i].Before == 0 {
			w.known[i].Before, changed = first, true
		}
	}
	if w.untrusted {
		w.extend(w.wall)
	}
	for i := range w.open {
		if w.open[i].Life == 0 {
			w.open[i].Life, w.open[i].First = life, first
		}
	}
	return changed
}

// left returns what is to be kept for a later process of the same boot; nil
// where the clock is trusted.
func (w *clockWatch) left(boot string) *unsettled {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.untrusted {
		return nil
	}
	return &unsettled{Boot: boot, Wall: w.wall, Elapsed: w.elapsed, Open: slices.Clone(w.open)}
}

// shifts returns what is known of times that were wrong.
func (w *clockWatch) shifts() []shift {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.known)
}

// place returns where a time belongs that the node's clock has shown, of an entry
// at a position of an incarnation of the log.
func (w *clockWatch) place(at int64, life, position uint64) int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, s := range slices.Backward(w.known) {
		if at >= s.From && at <= s.To && s.covers(life, position) {
			return at + s.By
		}
	}
	return at
}

func (s *shift) covers(life, position uint64) bool {
	return (s.Life == 0 || s.Life == life) && position >= s.First && (s.Before == 0 || position < s.Before)
}
