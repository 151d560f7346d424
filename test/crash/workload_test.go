package crash_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/store/history"
	"github.com/holdfast-edge/holdfast/store/log"
	"github.com/holdfast-edge/holdfast/store/storetest"
	"github.com/holdfast-edge/holdfast/tag"
)

// A workload writes records with known numbers, as a process that is killed or
// as a part of the test.
const (
	childVariable = "HOLDFAST_CRASH_CHILD"
	lifeVariable  = "HOLDFAST_CRASH_LIFE"
	epoch         = 1_800_000_000_000_000_000
)

func logOptions(dir string) log.Options {
	return log.Options{
		Dir: filepath.Join(dir, "log"), Site: storetest.Site, CommitEvery: 2 * time.Millisecond,
		AckEvery: 2 * time.Millisecond, SegmentBytes: 1 << 20, QueueBytes: 1 << 20,
	}
}

func historyOptions(dir string) history.Options {
	return history.Options{
		Dir: filepath.Join(dir, "history"), FlushValues: 3000, ShardWidth: time.Hour,
		Now: func() time.Time { return time.Unix(0, epoch).Add(24 * time.Hour) },
	}
}

func streams() []string { return []string{"boiler", "pump", "valve"} }

// promise is a line of the child: rows that it was told are durable, that it was
// refused, or that it has handed to a far end.
type promise struct {
	kind     string // "durable", "refused" or "delivered"
	stream   string
	sequence uint64
	rows     uint64
	number   uint64 // of the first row
}

// TestCrashChild is not a test: it is the process that is killed.
func TestCrashChild(t *testing.T) {
	dir := os.Getenv(childVariable)
	if dir == "" {
		t.Skip("the crash test starts it")
	}
	life, err := strconv.ParseUint(os.Getenv(lifeVariable), 10, 16)
	if err != nil {
		t.Fatal(err)
	}
	c := &child{t: t, dir: dir, life: life, out: bufio.NewWriter(os.Stdout)}
	c.run(t.Context())
}

type child struct {
	t    testing.TB
	dir  string
	life uint64
	mu   sync.Mutex
	out  *bufio.Writer
	log  *log.Log
}

func (c *child) say(p promise) {
	c.mu.Lock()
	defer c.mu.Unlock()
	fmt.Fprintln(c.out, p.kind, p.stream, p.sequence, p.rows, p.number)
	_ = c.out.Flush() // the parent is gone, and so will this process be
}

// run works until it is killed, or ctx is done.
func (c *child) run(ctx context.Context) {
	l, err := log.Open(logOptions(c.dir))
	if err != nil {
		c.t.Fatal(err)
	}
	c.log = l
	h, err := history.Open(historyOptions(c.dir))
	if err != nil {
		c.t.Fatal(err)
	}
	var workers sync.WaitGroup
	workers.Go(func() { _ = l.Run(ctx) })
	workers.Go(func() { _ = h.Run(ctx, c.cursor("history", history.CursorOptions())) })
	workers.Go(func() { c.farEnd(ctx) })
	for i, stream := range streams() {
		workers.Go(func() { c.produce(ctx, stream, uint64(i)) })
	}
	workers.Wait()
	if err := errors.Join(h.Close(), l.Close()); err != nil {
		c.t.Error(err)
	}
}

func (c *child) cursor(name string, o log.CursorOptions) *log.Cursor {
	cursor, err := c.log.Cursor(name, o)
	if err != nil {
		c.t.Fatal(err)
	}
	return cursor
}

// produce appends rows with numbers that no other life has, some of them as a
// publisher who waits, some as a source that cannot wait.
func (c *child) produce(ctx context.Context, stream string, seed uint64) {
	number := c.life * 1e6
	random := rand.New(rand.NewPCG(number, seed))
	for ctx.Err() == nil {
		rows := uint64(1 + random.IntN(30))
		b := storetest.Rows(storetest.Stream(stream, 3), int(number), int(rows), epoch+int64(random.IntN(7200))*1e9)
		switch random.IntN(4) {
		case 0:
			if c.log.Offer(b) != nil { // it drops, but it does not spin
				_ = c.log.Append(ctx, storetest.Rows(storetest.Stream(stream, 3), int(number+rows), 1, epoch))
				number++
			}
		case 1:
			_ = c.log.Append(ctx, b)
		default:
			id, err := c.log.AppendSync(ctx, b)
			switch {
			case err == nil:
				c.say(promise{"durable", stream, id.Sequence, rows, number})
			case ctx.Err() == nil:
				c.say(promise{kind: "refused", stream: stream, number: number})
			}
		}
		number += rows
	}
}

// farEnd takes entries and acknowledges them out of order.
func (c *child) farEnd(ctx context.Context) {
	cursor := c.cursor("line", log.CursorOptions{Window: 64})
	random := rand.New(rand.NewPCG(1, uint64(os.Getpid())))
	var window []log.Entry
	for ctx.Err() == nil {
		e, err := cursor.Next(ctx)
		if err != nil {
			return
		}
		c.say(promise{kind: "delivered", stream: streamName(e), sequence: e.First().Sequence, rows: e.Rows()})
		window = append(window, e)
		for len(window) > 20 {
			i := random.IntN(len(window))
			cursor.Ack(window[i])
			window = append(window[:i], window[i+1:]...)
		}
	}
}

func streamName(e log.Entry) string {
	for _, name := range streams() {
		if tag.NewStreamID(storetest.Site, name) == e.Stream() {
			return name
		}
	}
	return "unknown"
}
