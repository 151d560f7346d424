package crash_test

import (
	"bufio"
	"context"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/holdfast-edge/holdfast/store/storetest"
)

// fullDisks runs the workload on a disk that has no room left at random
// moments, and looks at what it has left.
func fullDisks(t *testing.T, times int) figures {
	disk := storetest.SmallDisk(t, 64)
	a := newAuditor(t, disk.Dir)
	out, in := io.Pipe()
	ctx, cancel := context.WithCancel(t.Context())
	c := &child{t: t, dir: disk.Dir, life: 1, out: bufio.NewWriter(in)}
	worked := make(chan struct{})
	go func() {
		defer close(worked)
		c.run(ctx)
		_ = in.Close() // of a pipe: it cannot fail
	}()
	a.watch(bufio.NewScanner(out), disk, times)
	cancel()
	a.hearAll(bufio.NewScanner(out))
	<-worked
	a.inspect()
	a.settle()
	return figures{
		"times the disk was full": times, "records written around that": a.records(), "records promised around that": a.promised,
		"records in gaps around that": int(a.gaps),
	}
}

// watch fills the disk when some lines were said, and relieves it when nothing
// promised comes any more but refusals.
func (a *auditor) watch(lines *bufio.Scanner, disk *storetest.Disk, times int) {
	a.t.Helper()
	random := rand.New(rand.NewPCG(uint64(times), 21))
	for range times {
		a.hearSome(lines, 20+random.IntN(100), "")
		disk.Fill(a.t)
		a.hearSome(lines, 1+random.IntN(3), "refused")
		disk.Relieve(a.t)
	}
	a.hearSome(lines, 50, "durable")
}

// hearSome hears lines until n of a kind have come; the empty kind is any.
func (a *auditor) hearSome(lines *bufio.Scanner, n int, kind string) {
	a.t.Helper()
	for n > 0 {
		if !lines.Scan() {
			a.t.Fatalf("the workload ended: %v", lines.Err())
		}
		p := a.hear(lines.Text())
		if p.kind != "" && (kind == "" || p.kind == kind) {
			n--
		}
	}
}

func (a *auditor) hearAll(lines *bufio.Scanner) {
	for lines.Scan() {
		a.hear(lines.Text())
	}
}
