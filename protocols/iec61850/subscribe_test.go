package iec61850_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/conformance"
	"github.com/holdfast-edge/holdfast/protocols/iec61850"
	"github.com/holdfast-edge/holdfast/protocols/iec61850/ied"
	"github.com/holdfast-edge/holdfast/protocols/iec61850/mms"
	"github.com/holdfast-edge/holdfast/tag"
)

// Where the reported tags of a bay lie.
const (
	posItem   = "XCBR1$ST$Pos"
	powerItem = "MMXU1$MX$TotW"
	buffered  = "LLN0$BR$brcbPos01"
	plain     = "LLN0$RP$urcbMeas01"
)

// reporter starts a plant with a buffered block of the breaker and an unbuffered one of the power.
func reporter(t *testing.T) *ied.IED {
	t.Helper()
	d := plant(t, standard())
	d.List(logical, "LLN0$dsPos", mms.Name{Domain: logical, Item: posItem})
	d.List(logical, "LLN0$dsMeas", mms.Name{Domain: logical, Item: powerItem + "$mag$f"}, mms.Name{Domain: logical, Item: powerItem + "$q"})
	d.Reporter(logical, buffered, "LLN0$dsPos")
	d.Reporter(logical, plain, "LLN0$dsMeas")
	return d
}

// reported are tags of both, and one that no block has.
func reported(t *testing.T, d *ied.IED) *config.Device {
	return kit.Device(t, "tcp://"+d.Address(), "", "name: breaker, address: 'BAY1LD0/XCBR1.Pos.stVal [ST]'",
		"name: power, address: 'BAY1LD0/MMXU1.TotW.mag.f [MX]'", "name: delay, address: 'BAY1LD0/PTOC1.OpDlTmms.setVal [SP]'",
		"name: missing, address: 'BAY1LD0/PTOC1.No.setVal [SP]'")
}

// journal is a log that is read by tests.
type journal struct {
	mutex sync.Mutex
	text  strings.Builder
}

func (j *journal) Write(p []byte) (int, error) {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	return j.text.Write(p)
}

func (j *journal) has(text string) bool {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	return strings.Contains(j.text.String(), text)
}

// watching is a subscription.
type watching struct {
	t       *testing.T
	session protocols.Session
	rows    chan protocols.Row
	log     *journal
	cancel  context.CancelFunc
	ended   chan error
}

// watch subscribes.
func watch(t *testing.T, c *config.Device, of protocols.Device) *watching {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	w := &watching{t: t, rows: make(chan protocols.Row, 10000), log: &journal{}, cancel: cancel, ended: make(chan error, 1)}
	e := conformance.EndpointOf(c)
	e.Logger = slog.New(slog.NewTextHandler(w.log, nil))
	var err error
	if w.session, err = (iec61850.Driver{}).Dial(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.ended <- w.session.(protocols.Subscriber).Subscribe(ctx, of, func(_ int, row protocols.Row) { w.rows <- row })
	}()
	t.Cleanup(func() {
		cancel()
		<-done
		w.session.Close()
	})
	return w
}

// await returns the first row that has a value in a slot, of an origin.
func (w *watching) await(slot int, v tag.Value, origin tag.Origin) protocols.Row {
	w.t.Helper()
	deadline := time.After(conformance.Patience)
	for {
		select {
		case row := <-w.rows:
			if row.Origin == origin && row.Values[slot].Equal(v) {
				return row
			}
		case err := <-w.ended:
			w.t.Fatalf("it ended with %v", err)
		case <-deadline:
			w.t.Fatalf("%s never came", tag.AppendJSON(nil, v))
		}
	}
}

func TestWhatABlockReportsIsNotRead(t *testing.T) {
	d := reporter(t)
	c := reported(t, d)
	w := watch(t, c, kit.Compile(t, c))
	w.await(3, tag.NullOf(tag.BadAddressUnknown), tag.Live)
	w.await(2, tag.IntOf(300), tag.Live)
	if !d.Reporting(logical, buffered) || !d.Reporting(logical, plain) {
		t.Error("a block that is free was not enabled")
	}
	for i := range 20 {
		d.Set(logical, posItem+"$stVal", mms.BitsOf(2, i%2))
		d.Set(logical, powerItem+"$mag$f", mms.FloatOf(float32(i)))
		w.await(0, tag.IntOf(int64(2-i%2)), tag.Live)
	}
	d.Set(logical, powerItem+"$mag$f", mms.FloatOf(100))
	w.await(1, tag.FloatOf(100), tag.Live)
	d.Set(logical, powerItem+"$q", mms.BitsOf(13, 1))
	w.await(1, tag.FloatOf(100).WithQuality(tag.Bad), tag.Live)
	d.Set(logical, "PTOC1$SP$OpDlTmms$setVal", mms.IntOf(7))
	w.await(2, tag.IntOf(7), tag.Live)
	if !w.log.has("are read at each scan") || !w.log.has("first=delay") {
		t.Error("nobody is told that a tag is read")
	}
	w.cancel()
	if err := <-w.ended; err != nil || d.Reporting(logical, buffered) || d.Reporting(logical, plain) {
		t.Errorf("ended with %v, and the blocks are held", err)
	}
	w.ended <- nil
}

func TestABufferedBlockLosesNothingThroughAnOutage(t *testing.T) {
	d := reporter(t)
	c := reported(t, d)
	at := kit.Compile(t, c)
	w := watch(t, c, at)
	w.await(2, tag.IntOf(300), tag.Live)
	d.Set(logical, posItem+"$stVal", mms.BitsOf(2, 0))
	w.await(0, tag.IntOf(2), tag.Live)
	d.Cut()
	if err := <-w.ended; protocols.FaultOf(err).Scope != protocols.ScopeSession {
		t.Errorf("a connection that was cut is %v", err)
	}
	w.ended <- nil
	conformance.Eventually(t, "the device has noticed", func() bool { return !d.Reporting(logical, buffered) })
	for i := range 10 {
		d.Set(logical, posItem+"$stVal", mms.BitsOf(2, 1-i%2))
	}
	w = watch(t, c, at)
	for i := range 10 {
		if row := w.await(0, tag.IntOf(int64(1+i%2)), tag.Backfill); row.Stamps[0] == 0 {
			t.Error("what is of the past has no time")
		}
	}
	w.await(2, tag.IntOf(300), tag.Live)
	d.Set(logical, posItem+"$stVal", mms.BitsOf(2, 1))
	w.await(0, tag.IntOf(1), tag.Live)
	for len(w.rows) > 0 {
		if row := <-w.rows; row.Origin == tag.Backfill {
			t.Errorf("it was told again: %+v", row)
		}
	}
}

func TestAReportThatIsMissingIsCountedAndAskedFor(t *testing.T) {
	d := reporter(t)
	c := reported(t, d)
	w := watch(t, c, kit.Compile(t, c))
	w.await(2, tag.IntOf(300), tag.Live)
	d.Set(logical, powerItem+"$mag$f", mms.FloatOf(1))
	w.await(1, tag.FloatOf(1), tag.Live)
	d.Lose(logical, plain, 1)
	d.Set(logical, powerItem+"$mag$f", mms.FloatOf(2))
	d.Set(logical, powerItem+"$q", mms.BitsOf(13, 10)) // whose report tells the quality only
	w.await(1, tag.FloatOf(2).WithQuality(tag.UncertainSubstitute), tag.Live)
	if !w.log.has("reports are missing") || !w.log.has("gaps=1") {
		t.Error("nobody is told")
	}
}

func TestWhereNoBlockIsFreeTagsAreRead(t *testing.T) {
	d := reporter(t)
	c := reported(t, d)
	first := watch(t, c, kit.Compile(t, c))
	first.await(2, tag.IntOf(300), tag.Live)
	second := watch(t, c, kit.Compile(t, c))
	second.await(0, tag.IntOf(1), tag.Live)
	d.Set(logical, posItem+"$stVal", mms.BitsOf(2, 0))
	second.await(0, tag.IntOf(2), tag.Live)
	first.await(0, tag.IntOf(2), tag.Live)
	if !second.log.has("count=3") {
		t.Error("nobody is told")
	}
	d.Reporter(logical, "LLN0$BR$brcbPos02", "LLN0$dsPos") // another instance, which is named
	c.Options.(*iec61850.DeviceOptions).RCB = fmt.Sprintf("%s/LLN0.brcbPos02", logical)
	third := watch(t, c, kit.Compile(t, c))
	third.await(2, tag.IntOf(300), tag.Live)
	if !d.Reporting(logical, "LLN0$BR$brcbPos02") {
		t.Error("the block that is named is not enabled")
	}
}
