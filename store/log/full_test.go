package log_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/holdfast-edge/holdfast/store/bolt"
	"github.com/holdfast-edge/holdfast/store/log"
	"github.com/holdfast-edge/holdfast/store/storetest"
	"github.com/holdfast-edge/holdfast/tag"
)

func onDisk(d *storetest.Disk) func(*log.Options) {
	return func(o *log.Options) {
		small(o)
		o.Dir = d.Dir
		o.QueueBytes = 256 << 10
	}
}

// refuse appends noise until the disk refuses it.
func refuse(t *testing.T, n *node, from int) (accepted int, err error) {
	t.Helper()
	for accepted = 0; accepted < 1000; accepted++ {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		_, err = n.AppendSync(ctx, noise("boiler", from+accepted))
		cancel()
		if err != nil {
			return accepted, err
		}
	}
	t.Fatal("the disk never was full")
	return 0, nil
}

func TestAFullDiskHoldsThoseWhoCanWaitAndCountsTheOthers(t *testing.T) {
	disk := storetest.SmallDisk(t, 16)
	n := start(t, onDisk(disk))
	c := n.cursor("line", log.CursorOptions{SingleLane: true})
	n.appendSync(noise("boiler", 0))
	disk.Fill(t)

	accepted, err := refuse(t, n, 1)
	if !bolt.IsNoSpace(err) {
		t.Fatalf("a publisher is told %v", err)
	}
	number := 1 + accepted // what was refused is not in the log
	refused := uint64(0)
	for refused < 3*noiseRows {
		if err := n.Offer(noise("boiler", number)); errors.Is(err, log.ErrFull) {
			refused += noiseRows
		} else if err != nil {
			t.Fatal(err)
		}
		number++
	}
	if dropped := n.Stats().Dropped[log.Drop{Stream: "boiler", Cause: tag.DiskFull}]; dropped != refused {
		t.Errorf("%d counted as dropped for the disk, want %d", dropped, refused)
	}
	waiting, cancel := context.WithCancel(t.Context())
	held := make(chan error)
	go func() { held <- n.Append(waiting, noise("boiler", number)) }()
	cancel()
	if err := <-held; !errors.Is(err, context.Canceled) {
		t.Errorf("a source that can wait is told %v", err)
	}
	if e := next(t, c); e.Batch == nil || !c.Ack(e) {
		t.Error("reading does not go on")
	}
	if s := n.Stats(); s.Trouble == nil || s.Failures == 0 {
		t.Errorf("trouble %v, %d failures", s.Trouble, s.Failures)
	}

	disk.Relieve(t)
	last := n.appendAfter(t, noise("boiler", number))
	accounted, gaps := uint64(noiseRows), uint64(0) // the first entry
	for accounted < last.Sequence-1 {
		e := next(t, c)
		c.Ack(e)
		if e.First().Sequence != accounted+1 {
			t.Fatalf("sequence %d follows %d", e.First().Sequence, accounted)
		}
		accounted += e.Rows()
		if e.Gap != nil {
			gaps += e.Rows()
		}
	}
	if gaps != refused {
		t.Errorf("gaps of %d records, %d were refused", gaps, refused)
	}
	eventually(t, "the log is well again", func() bool { return n.Stats().Trouble == nil })
}

// appendAfter appends when the log commits again: until then, a publisher is
// told to come again.
func (n *node) appendAfter(t *testing.T, b *tag.Batch) tag.Identity {
	t.Helper()
	var id tag.Identity
	eventually(t, "the log commits again", func() bool {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		var err error
		id, err = n.AppendSync(ctx, b)
		return err == nil
	})
	return id
}

func TestADiskThatIsFullAgainAndAgainLosesNothingUncounted(t *testing.T) {
	disk := storetest.SmallDisk(t, 24)
	n := start(t, onDisk(disk))
	c := n.cursor("line", log.CursorOptions{SingleLane: true})
	random := rand.New(rand.NewPCG(7, 8))
	number, accounted := 0, uint64(0)
	for range rounds(5) {
		for range 1 + random.IntN(40) {
			n.appendAfter(t, noise("boiler", number))
			number++
		}
		disk.Fill(t)
		for range random.IntN(40) {
			_ = n.Offer(noise("boiler", number)) // refused or not, it has sequences
			number++
		}
		disk.Relieve(t)
		last := n.appendAfter(t, noise("boiler", number))
		number++
		for accounted < last.Sequence {
			e := next(t, c)
			c.Ack(e)
			if e.First().Sequence != accounted+1 {
				t.Fatalf("sequence %d follows %d", e.First().Sequence, accounted)
			}
			accounted += e.Rows()
		}
	}
	if want := uint64(number) * noiseRows; accounted != want {
		t.Errorf("%d records accounted for, %d were given", accounted, want)
	}
}
