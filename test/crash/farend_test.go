package crash_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/actors/sink"
	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/internal/node"
	"github.com/holdfast-edge/holdfast/sinks"
	"github.com/holdfast-edge/holdfast/sinks/mqtt"
	"github.com/holdfast-edge/holdfast/store/log"
	"github.com/holdfast-edge/holdfast/store/proof"
	"github.com/holdfast-edge/holdfast/store/storetest"
	"github.com/holdfast-edge/holdfast/supervisor"
	"github.com/holdfast-edge/holdfast/tag"
)

// line is a log with a sink that delivers to a receiver.
type line struct {
	t        *testing.T
	log      *log.Log
	receiver *receiver
	meter    sink.Meter
	given    map[string]bool // identities of the records that were committed
	numbers  int
}

const lineSite = `
site: plant-7
sinks:
  - name: line
    type: mqtt
    url: "mqtt://%s"
    topic: "{stream}"
    keep_alive: 1s
    ack_timeout: 2s
    window: 64
    on_error: {min_wait: 10ms, max_wait: 100ms}
`

// hurried is a clock that runs fifty times as fast, so that an outage of a
// fraction of a second is one for which the backfill lane is there.
func hurried() func() time.Time {
	began := time.Now()
	return func() time.Time { return began.Add(50 * time.Since(began)) }
}

func startLine(t *testing.T) *line {
	t.Helper()
	n := &line{t: t, receiver: newReceiver(t), given: map[string]bool{}}
	c, err := node.NewComponents(nil, []sinks.Sink{mqtt.New()})
	if err != nil {
		t.Fatal(err)
	}
	site, err := c.Parse([]config.Source{{Name: "site.yaml", Data: fmt.Appendf(nil, lineSite, n.receiver.address)}})
	if err != nil {
		t.Fatal(err)
	}
	o := logOptions(t.TempDir())
	o.Now, o.QueueBytes = hurried(), 64<<10
	if n.log, err = log.Open(o); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		if err := n.log.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	system := supervisor.New(supervisor.Options{Logger: slog.New(slog.DiscardHandler)})
	t.Cleanup(func() {
		if err := system.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
		cancel()
		running.Wait()
		if err := n.log.Close(); err != nil {
			t.Error(err)
		}
	})
	env := sink.Env{
		Site: storetest.Site, System: system, Log: n.log, Logger: slog.New(slog.DiscardHandler), Now: time.Now,
		Meter: func(string) *sink.Meter { return &n.meter },
	}
	if _, err := system.Spawn(sink.Spec(env, sink.Config{Sink: mqtt.New(), Config: &site.Sinks[0], Streams: streams()})); err != nil {
		t.Fatal(err)
	}
	return n
}

// commit commits some batches of each stream, and remembers what they are. Some
// are offered when the queue is full, so that there are gaps.
func (n *line) commit(batches int) {
	n.t.Helper()
	for range batches {
		for _, stream := range streams() {
			schema := storetest.Stream(stream, 2)
			n.numbers++
			id, err := n.log.AppendSync(n.t.Context(), storetest.Rows(schema, n.numbers, 4, epoch+int64(n.numbers)*1e9))
			if err != nil {
				n.t.Fatal(err)
			}
			for range 4 {
				n.given[id.String()] = true
				id.Sequence++
			}
			if n.numbers%50 == 0 {
				n.log.Drop(storetest.Rows(schema, n.numbers, 3, epoch), tag.Overflow)
			}
		}
	}
}

// farEnds lets a far end fail in every way, several rounds, and counts what has
// come to it in the end.
func farEnds(t *testing.T, rounds int) figures {
	n := startLine(t)
	r := n.receiver
	random := rand.New(rand.NewPCG(uint64(rounds), 5))
	for range rounds {
		for _, f := range random.Perm(int(faults)) {
			r.turn(fault(f))
			n.commit(10 + random.IntN(60))
		}
	}
	r.turn(healthy)
	n.commit(10)
	r.await("all has come", func() bool {
		for id := range n.given {
			if r.times[id] == 0 {
				return false
			}
		}
		return true
	})
	n.prove()
	return n.count(rounds)
}

// prove has the log and the receiver's own file compared, as holdfast verify
// does, and sees that a line less would be found out.
func (n *line) prove() {
	n.t.Helper()
	audit, err := n.log.Audit(n.t.Context())
	if err != nil {
		n.t.Fatal(err)
	}
	missing := func(lines []string) uint64 {
		received, err := proof.ReadReceived(strings.NewReader(strings.Join(lines, "\n")))
		if err != nil {
			n.t.Fatal(err)
		}
		report, err := proof.Compare(proof.NewSnapshot(audit), "line", received)
		if err != nil {
			n.t.Fatal(err)
		}
		return report.Missing()
	}
	n.receiver.mu.Lock()
	defer n.receiver.mu.Unlock()
	if lost := missing(n.receiver.lines); lost > 0 {
		n.t.Errorf("%d records are missing by the receiver's own file", lost)
	}
	var fewer []string
	for _, text := range n.receiver.lines {
		if !strings.Contains(text, `/25"`) { // of each stream and life, the record of that sequence
			fewer = append(fewer, text)
		}
	}
	if missing(fewer) == 0 {
		n.t.Error("records that were taken out of the file are not missed")
	}
}

// count checks what the receiver has, which keys on identity: each record once,
// none that was not committed, none that a gap names, each lane in order.
func (n *line) count(rounds int) figures {
	n.t.Helper()
	r := n.receiver
	r.mu.Lock()
	defer r.mu.Unlock()
	f := figures{
		"faults of the far end": rounds * int(faults-1), "records committed meanwhile": len(n.given), "messages taken": r.messages,
		"of them marked historical": r.marked, "records told as gaps": len(r.lost),
	}
	for id, times := range r.times {
		if !n.given[id] {
			n.t.Errorf("%s came, and was never committed", id)
		}
		if r.lost[id] {
			n.t.Errorf("%s came, and a gap names it", id)
		}
		f["records that came twice or more, to a receiver that does not key"] += min(times-1, 1)
	}
	for _, d := range r.disorder {
		n.t.Errorf("out of order: %s", d)
	}
	if len(r.lost) == 0 {
		n.t.Errorf("no gap was told: %v", f)
	}
	if r.marked == 0 && rounds > 1 { // in one round, a quick machine may have nothing that is old enough
		n.t.Errorf("nothing was backfilled: %v", f)
	}
	return f
}
