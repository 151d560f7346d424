package acceptance

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/broker/mosquittotest"
)

// sinkState is what the API tells of a sink.
type sinkState struct {
	Name, State string
	Lag         uint64
	Acked       uint64
}

func (e *edge) sink(name string) (sinkState, error) {
	var all []sinkState
	if err := e.get("/api/v1/sinks", &all); err != nil {
		return sinkState{}, err
	}
	for _, s := range all {
		if s.Name == name {
			return s, nil
		}
	}
	return sinkState{}, fmt.Errorf("no sink %q", name)
}

// awaitLag waits until the log holds so many records for the sink. They are
// committed: the log counts nothing else.
func (e *edge) awaitLag(name string, records uint64) uint64 {
	e.t.Helper()
	var s sinkState
	until(e.t, fmt.Sprintf("%d records to wait", records), func() (err error) {
		if s, err = e.sink(name); err == nil && s.Lag < records {
			err = fmt.Errorf("%d wait", s.Lag)
		}
		return err
	})
	return s.Lag
}

// receipt is what a receiver makes of the identities it has seen.
type receipt struct {
	seen   map[string]map[uint64]bool // incarnation → sequences
	newest map[string]uint64          // incarnation and lane → the newest that came for the first time
	again  int                        // records that came more than once
}

// take notes a message. A record that comes for the first time comes after
// those of its lane.
func (r *receipt) take(m reading) error {
	at := strings.LastIndexByte(m.ID, '/')
	if at < 0 {
		return errors.New("no identity in " + m.ID)
	}
	sequence, err := strconv.ParseUint(m.ID[at+1:], 10, 64)
	if err != nil {
		return err
	}
	life := m.ID[:at]
	if r.seen[life] == nil {
		r.seen[life] = map[uint64]bool{}
	}
	if r.seen[life][sequence] {
		r.again++
		return nil
	}
	r.seen[life][sequence] = true
	lane := life + strconv.FormatBool(m.Historical)
	if newest := r.newest[lane]; sequence < newest {
		return fmt.Errorf("%s came after %d", m.ID, newest)
	}
	r.newest[lane] = sequence
	return nil
}

// missing returns how many sequences are not there between the first and the
// newest, and how many records are.
func (r *receipt) missing() (missing, records uint64) {
	for _, sequences := range r.seen {
		var newest uint64
		for s := range sequences {
			newest = max(newest, s)
		}
		missing += newest - uint64(len(sequences))
		records += uint64(len(sequences))
	}
	return missing, records
}

// gaps lists the sequences that are missing, for people.
func (r *receipt) gaps() (list []string) {
	for life, sequences := range r.seen {
		for s := range r.newest[life+"true"] + r.newest[life+"false"] {
			if s > 0 && !sequences[s] && s < max(r.newest[life+"true"], r.newest[life+"false"]) {
				list = append(list, fmt.Sprintf("%s/%d", life, s))
			}
		}
	}
	return list
}

// awaitAll waits until the judge has at least so many records and none is
// missing among them, and checks their order.
func awaitAll(t *testing.T, judge *mosquittotest.Judge, records uint64) {
	t.Helper()
	var r *receipt
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("missing: %v", r.gaps())
		}
	})
	judge.Wait(func(messages []mosquittotest.Message) bool {
		r = &receipt{seen: map[string]map[uint64]bool{}, newest: map[string]uint64{}}
		for _, m := range parse(t, messages) {
			if err := r.take(m); err != nil {
				t.Fatal(err)
			}
		}
		missing, got := r.missing()
		return missing == 0 && got >= records
	})
	_, got := r.missing()
	t.Logf("%d records, %d came again", got, r.again)
}

// judged starts the far broker with a judge whose session is on its disk: when
// the broker is killed, what comes next is still kept for the judge.
func judged(t *testing.T) (*mosquittotest.Server, *mosquittotest.Judge) {
	t.Helper()
	far := mosquittotest.Start(t)
	judge := far.Judge("plant-7/climate")
	far.Stop()
	far.Up()
	return far, judge
}

func TestAKilledNodeDeliversEverythingItHadCommitted(t *testing.T) {
	plant := startPlant(t)
	far, judge := judged(t)
	config, data := site(t, scene(plant.address(), far.URL())), t.TempDir()

	e := start(t, password(), "edge", "-c", config, "--data", data)
	judge.WaitFor(20)
	far.Kill()
	committed := e.awaitLag("line", 50)
	e.kill()

	e = start(t, password(), "edge", "-c", config, "--data", data)
	committed = max(committed, e.awaitLag("line", committed+20))
	e.kill()
	e = start(t, password(), "edge", "-c", config, "--data", data)
	e.awaitLag("line", committed)

	far.Up()
	awaitAll(t, judge, committed+20)
	e.stop()
}

func TestAFarBrokerThatDiesWithMessagesInFlightMissesNone(t *testing.T) {
	plant := startPlant(t)
	far, judge := judged(t)
	e := start(t, password(), "edge", "-c", site(t, scene(plant.address(), far.URL())), "--data", t.TempDir())
	for range 3 {
		before := len(judge.WaitFor(10))
		far.Pause() // what is sent now is in flight, and stays so
		e.awaitLag("line", 20)
		far.Kill()
		far.Up()
		judge.WaitFor(before + 30)
	}
	awaitAll(t, judge, 100)
	e.stop()
}
