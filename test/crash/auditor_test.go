package crash_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/store/history"
	"github.com/holdfast-edge/holdfast/store/log"
	"github.com/holdfast-edge/holdfast/store/storetest"
	"github.com/holdfast-edge/holdfast/tag"
)

// auditor remembers what the child was promised and has handed on, and compares
// it with what is there.
type auditor struct {
	t         *testing.T
	dir       string
	durable   []promise                  // not yet looked for
	delivered map[string]map[uint64]bool // by the child's far end
	numbers   map[string][]uint64        // of each record in the log, 0 for one in a gap; index: sequence - 1
	promised  int
	gaps      uint64
}

func newAuditor(t *testing.T, dir string) *auditor {
	a := newWitness(t, dir)
	a.inspect() // makes the cursor that keeps everything
	return a
}

// newWitness returns an auditor of a directory that has been written.
func newWitness(t *testing.T, dir string) *auditor {
	a := &auditor{t: t, dir: dir, delivered: map[string]map[uint64]bool{}, numbers: map[string][]uint64{}}
	for _, s := range streams() {
		a.delivered[s] = map[uint64]bool{}
	}
	return a
}

func (a *auditor) records() (n int) {
	for _, all := range a.numbers {
		n += len(all)
	}
	return n
}

// live runs a child in its n-th life and kills it after some lines.
func (a *auditor) live(n, lines int) {
	a.t.Helper()
	ctx, cancel := context.WithTimeout(a.t.Context(), 5*time.Minute)
	defer cancel()
	cmd := command(ctx, a.dir, n)
	out, err := cmd.StdoutPipe()
	if err != nil {
		a.t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		a.t.Fatal(err)
	}
	reader := bufio.NewScanner(out)
	for n := 0; reader.Scan(); n++ {
		if n == lines {
			if err := cmd.Process.Kill(); err != nil {
				a.t.Fatal(err)
			}
		}
		a.hear(reader.Text()) // what it has said before it died counts, too
	}
	_, _ = io.Copy(io.Discard, out)
	if err := cmd.Wait(); err == nil || ctx.Err() != nil {
		a.t.Fatalf("the child was to be killed: %v", err)
	}
}

// command starts the workload in its n-th life, under another program where one
// is given.
func command(ctx context.Context, dir string, n int, under ...string) *exec.Cmd {
	line := append(slices.Clone(under), os.Args[0], "-test.run=^TestCrashChild$")
	cmd := exec.CommandContext(ctx, line[0], line[1:]...)
	cmd.Env = append(os.Environ(), childVariable+"="+dir, fmt.Sprintf("%s=%d", lifeVariable, n))
	return cmd
}

// hear takes a line of the workload.
func (a *auditor) hear(line string) promise {
	var p promise
	if n, _ := fmt.Sscan(line, &p.kind, &p.stream, &p.sequence, &p.rows, &p.number); n != 5 {
		return promise{} // cut short
	}
	switch p.kind {
	case "durable":
		a.durable = append(a.durable, p)
		a.promised++
	case "delivered":
		for i := range p.rows {
			a.delivered[p.stream][p.sequence+i] = true
		}
	}
	return p
}

// with opens the log as it was left.
func (a *auditor) with(fn func(ctx context.Context, l *log.Log)) {
	a.t.Helper()
	l, err := log.Open(logOptions(a.dir))
	if err != nil {
		a.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(a.t.Context())
	ran := make(chan error, 1)
	go func() { ran <- l.Run(ctx) }()
	fn(ctx, l)
	cancel()
	if err := <-ran; err != nil {
		a.t.Error(err)
	}
	if err := l.Close(); err != nil {
		a.t.Error(err)
	}
}

// inspect reads what came since the last look, and finds every promise in it.
func (a *auditor) inspect() {
	a.t.Helper()
	a.with(func(ctx context.Context, l *log.Log) {
		c, err := l.Cursor("audit", log.CursorOptions{SingleLane: true})
		if err != nil {
			a.t.Fatal(err)
		}
		a.drain(c, func(e log.Entry) { a.record(e) })
	})
	for _, p := range a.durable {
		all := a.numbers[p.stream]
		for i := range p.rows {
			at := p.sequence - 1 + i
			if at >= uint64(len(all)) || all[at] != p.number+i {
				a.t.Fatalf("%s: record %d was promised, and is not there", p.stream, p.sequence+i)
			}
		}
	}
	a.durable = nil
}

// drain takes all that a cursor has.
func (a *auditor) drain(c *log.Cursor, fn func(log.Entry)) {
	a.t.Helper()
	ended, cancel := context.WithCancel(a.t.Context())
	cancel() // Next then returns at once where there is nothing
	for {
		e, err := c.Next(ended)
		if err != nil {
			return
		}
		fn(e)
		c.Ack(e)
	}
}

// record enters an entry, which must follow the one before it.
func (a *auditor) record(e log.Entry) {
	a.t.Helper()
	name := streamName(e)
	if next := uint64(len(a.numbers[name])) + 1; e.First().Sequence != next {
		a.t.Fatalf("%s: sequence %d, want %d", name, e.First().Sequence, next)
	}
	for i := range e.Rows() {
		if e.Gap != nil {
			a.numbers[name] = append(a.numbers[name], 0)
			a.gaps++
			continue
		}
		f, _ := e.Batch.Row(int(i))[0].Float()
		a.numbers[name] = append(a.numbers[name], uint64(f))
	}
}

// write checks that the log can be written and read.
func (a *auditor) write() {
	a.t.Helper()
	a.with(func(ctx context.Context, l *log.Log) {
		if _, err := l.AppendSync(ctx, storetest.Rows(storetest.Stream("after", 1), 1, 1, epoch)); err != nil {
			a.t.Fatal(err)
		}
	})
}

// settle lets the far end and the history take the rest, and checks that the
// one has seen every record and the other has every one once.
func (a *auditor) settle() {
	a.t.Helper()
	a.with(func(ctx context.Context, l *log.Log) {
		c, err := l.Cursor("line", log.CursorOptions{})
		if err != nil {
			a.t.Fatal(err)
		}
		a.drain(c, func(e log.Entry) {
			for i := range e.Rows() {
				a.delivered[streamName(e)][e.First().Sequence+i] = true
			}
		})
		a.fillHistory(l)
	})
	for name, all := range a.numbers {
		for sequence := range uint64(len(all)) {
			if !a.delivered[name][sequence+1] {
				a.t.Fatalf("%s: record %d never came to the far end", name, sequence+1)
			}
		}
	}
	a.compareHistory()
}

func (a *auditor) fillHistory(l *log.Log) {
	a.t.Helper()
	h, err := history.Open(historyOptions(a.dir))
	if err != nil {
		a.t.Fatal(err)
	}
	c, err := l.Cursor("history", history.CursorOptions())
	if err != nil {
		a.t.Fatal(err)
	}
	_ = h.Run(a.t.Context(), &rest{c}) // ends when there is no more
	if err := h.Close(); err != nil {
		a.t.Error(err)
	}
}

// rest is what a cursor has, and then the end.
type rest struct{ *log.Cursor }

// Next returns an error at the end.
func (r *rest) Next(context.Context) (log.Entry, error) {
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	e, err := r.Cursor.Next(ended)
	if err != nil {
		return e, io.EOF
	}
	return e, nil
}

func (a *auditor) compareHistory() {
	a.t.Helper()
	h, err := history.Open(historyOptions(a.dir))
	if err != nil {
		a.t.Fatal(err)
	}
	defer h.Close()
	for name, all := range a.numbers {
		count := map[uint64]int{}
		_, err := h.Range(a.t.Context(), name, "f0", epoch, epoch+24*int64(time.Hour), func(_ int64, v tag.Value) error {
			f, _ := v.Float()
			count[uint64(f)]++
			return nil
		})
		if err != nil {
			a.t.Fatal(err)
		}
		for i, number := range all {
			if number != 0 && count[number] != 1 {
				a.t.Fatalf("%s: record %d is %d times in the history", name, i+1, count[number])
			}
		}
		a.compareSums(h, name, len(count))
	}
}

// compareSums checks that the tiers have every row of a stream once. Steps of
// 59 s read rows; the others read the tiers where there are any.
func (a *auditor) compareSums(h *history.History, stream string, rows int) {
	a.t.Helper()
	var sums [3]float64
	for i, step := range []time.Duration{59 * time.Second, time.Minute, time.Hour} {
		buckets, _, err := h.Buckets(a.t.Context(), stream, "f0", epoch/1e9/3600*3600*1e9, epoch+24*int64(time.Hour), int64(step))
		if err != nil {
			a.t.Fatal(err)
		}
		count := 0
		for _, b := range buckets {
			count += b.Count
			sums[i] += b.Sum
		}
		if count != rows || sums[i] != sums[0] {
			a.t.Fatalf("%s: steps of %s have %d rows of sum %g, want %d of %g", stream, step, count, sums[i], rows, sums[0])
		}
	}
}
