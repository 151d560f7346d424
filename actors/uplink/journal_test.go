package uplink

import (
	"errors"
	"maps"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/link/wire"
)

// disk is documents in memory, which may be full.
type disk struct {
	documents map[string]map[string][]byte
	full      bool
}

var errFull = errors.New("the disk is full")

func (d *disk) Documents(space string) (map[string][]byte, error) {
	return maps.Clone(d.documents[space]), nil
}

func (d *disk) Put(space, key string, document []byte) error {
	if d.full {
		return errFull
	}
	if d.documents[space] == nil {
		d.documents[space] = map[string][]byte{}
	}
	d.documents[space][key] = document
	return nil
}

func (d *disk) Remove(space, key string) error {
	delete(d.documents[space], key)
	return nil
}

func newDisk() *disk { return &disk{documents: map[string]map[string][]byte{}} }

// open opens the journal on a disk, as a start of the node does.
func open(t *testing.T, d *disk) *journal {
	t.Helper()
	j, err := openJournal(d, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func begin(t *testing.T, j *journal, c *wire.Command) (bool, *wire.Outcome) {
	t.Helper()
	run, outcome, err := j.begin(c)
	if err != nil {
		t.Fatal(err)
	}
	return run, outcome
}

func TestAKeyRunsOnceAndItsOutcomeIsToldAgain(t *testing.T) {
	d := newDisk()
	j := open(t, d)
	c := &wire.Command{Key: "k", Kind: "stop", Target: "/rules/x"}
	if run, _ := begin(t, j, c); !run {
		t.Error("a new key does not run")
	}
	if run, outcome := begin(t, j, c); run || outcome != nil {
		t.Error("it runs again while it runs")
	}
	if _, err := j.finish("k", wire.Result_RESULT_DONE, "stopped", nil); err != nil {
		t.Fatal(err)
	}
	for name, j := range map[string]*journal{"at once": j, "after a start": open(t, d)} {
		run, outcome := begin(t, j, c)
		if run || outcome.GetResult() != wire.Result_RESULT_DONE || !outcome.GetRepeated() {
			t.Errorf("%s: run %v, %v", name, run, outcome)
		}
	}
}

func TestWhatACrashCutsOffIsUnknownButForTheRestartOfTheNode(t *testing.T) {
	d := newDisk()
	j := open(t, d)
	begin(t, j, &wire.Command{Key: "write", Kind: "write", Target: "boiler.valve"})
	begin(t, j, &wire.Command{Key: "restart", Kind: KindRestart, Target: "/"})
	results := map[string]wire.Result{}
	for _, o := range open(t, d).open() {
		results[o.GetKey()] = o.GetResult()
	}
	want := map[string]wire.Result{"write": wire.Result_RESULT_UNKNOWN, "restart": wire.Result_RESULT_DONE}
	if !maps.Equal(results, want) {
		t.Errorf("the outcomes are %v, want %v", results, want)
	}
}

func TestNothingIsBegunThatTheDiskDoesNotTake(t *testing.T) {
	d := newDisk()
	j := open(t, d)
	d.full = true
	if run, _, err := j.begin(&wire.Command{Key: "k", Kind: "stop"}); !errors.Is(err, errFull) || run && err == nil {
		t.Errorf("run %v, %v", run, err)
	}
	d.full = false
	if run, _ := begin(t, j, &wire.Command{Key: "k", Kind: "stop"}); !run {
		t.Error("it does not run when there is room again")
	}
}

func TestOutcomesAreToldUntilTheCloudHasThemAndTheNewestAreKept(t *testing.T) {
	d := newDisk()
	j := open(t, d)
	var keys []string
	for i := range mostSettled + 5 {
		key := time.Duration(i).String()
		keys = append(keys, key)
		begin(t, j, &wire.Command{Key: key, Kind: "stop"})
		if _, err := j.finish(key, wire.Result_RESULT_DONE, "", nil); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(j.open()); n != len(keys) {
		t.Errorf("%d outcomes are told, want %d", n, len(keys))
	}
	if err := j.settle(keys); err != nil {
		t.Fatal(err)
	}
	again := open(t, d)
	if n := len(again.open()); n != 0 {
		t.Errorf("%d are told again", n)
	}
	if _, there := again.entries[keys[0]]; there || len(again.entries) != mostSettled {
		t.Errorf("%d are kept, the oldest one: %v", len(again.entries), there)
	}
}

func TestTheHighestEpochAndTheJournalsNameOutlastTheProcess(t *testing.T) {
	d := newDisk()
	_, name, err := loadLink(d)
	if err != nil || name == "" {
		t.Fatalf("%q, %v", name, err)
	}
	if err := keepEpoch(d, 7); err != nil {
		t.Fatal(err)
	}
	if epoch, again, err := loadLink(d); err != nil || epoch != 7 || again != name {
		t.Errorf("epoch %d of journal %q, %v", epoch, again, err)
	}
	if _, other, err := loadLink(newDisk()); err != nil || other == name {
		t.Errorf("a wiped disk has the same journal: %v", err)
	}
}
