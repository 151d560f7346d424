package proof_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/holdfast-edge/holdfast/store/proof"
)

const boiler = "plant-7/4571cce9-4a26-5954-8767-1d683c6971ac/3/"

func received(t testing.TB, lines ...string) *proof.Received {
	t.Helper()
	r, err := proof.ReadReceived(strings.NewReader(strings.Join(lines, "\n")))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func record(n uint64) string { return fmt.Sprintf(`{"temperature": 20, "id": "%s%d"}`, boiler, n) }

func run(first, count uint64) proof.Run {
	return proof.Run{Stream: "boiler", First: fmt.Sprint(boiler, first), Count: count}
}

func compare(t *testing.T, s proof.Snapshot, r *proof.Received) proof.Stream {
	t.Helper()
	report, err := proof.Compare(s, "line", r)
	if err != nil || len(report.Streams) != 1 {
		t.Fatalf("%+v, %v", report, err)
	}
	return report.Streams[0]
}

func TestWhatTheLogHasIsAcknowledgedOrWaitsOrIsInAGap(t *testing.T) {
	s := compare(t, proof.Snapshot{
		Held:  []proof.Run{run(1, 100), {Stream: "pump", First: boiler + "1", Count: 5}},
		Gaps:  []proof.Gap{{Run: run(11, 3), Cause: "disk full"}},
		Sinks: []proof.SinkState{{Name: "sink/line", Streams: []string{"boil*"}, Waiting: []proof.Run{run(60, 41)}, Gaps: []proof.Gap{{Run: run(20, 10), Cause: "expired"}}}},
	}, nil)
	if s.Records != 100 || s.Acknowledged != 100-41-3-10 || s.Waiting != 41 || s.Gaps["disk full"] != 3 || s.Gaps["expired"] != 10 {
		t.Errorf("%+v", s)
	}
}

func TestAReceiverIsCompleteWhereEveryRecordIsThereOrToldOrOnItsWay(t *testing.T) {
	lines := []string{"", record(41), record(42), record(42), `{"gap": {"first": "` + boiler + `43", "count": 2, "cause": "quota exceeded"}}`, record(46), record(45)}
	held := proof.Snapshot{Held: []proof.Run{run(1, 50)}, Sinks: []proof.SinkState{{Name: "sink/line", Waiting: []proof.Run{run(47, 4)}}}}
	s := compare(t, held, received(t, lines...))
	if s.First != boiler+"41" || s.Received != 4 || s.Twice != 1 || len(s.Missing) != 0 || s.Records != 10 {
		t.Errorf("%+v", s)
	}
	held.Sinks[0].Waiting = []proof.Run{run(49, 2)}
	if s = compare(t, held, received(t, lines...)); len(s.Missing) != 1 || s.Missing[0] != run(47, 2) {
		t.Errorf("%+v", s)
	}
}

func TestALifeThatTheLogKnowsNoMoreIsCompleteWithinWhatCame(t *testing.T) {
	held := proof.Snapshot{Sinks: []proof.SinkState{{Name: "sink/line"}}}
	if s := compare(t, held, received(t, record(3), record(5))); len(s.Missing) != 1 || s.Missing[0].First != boiler+"4" {
		t.Errorf("%+v", s)
	}
}

func TestAnUnknownSinkIsAnError(t *testing.T) {
	_, err := proof.Compare(proof.Snapshot{Sinks: []proof.SinkState{{Name: "sink/line"}}}, "lime", nil)
	if err == nil || !strings.Contains(err.Error(), "line") {
		t.Errorf("got %v", err)
	}
}

func TestALineThatNamesNoRecordIsAnErrorWithItsNumber(t *testing.T) {
	for _, text := range []string{"{", `{"id": "plant-7/x/1/1"}`, `{"id": "` + boiler + `0"}`, `{"gap": {"first": "x"}}`} {
		_, err := proof.ReadReceived(strings.NewReader(record(1) + "\n" + text))
		if err == nil || !strings.Contains(err.Error(), "line 2") {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestExactlyTheRecordsThatDidNotComeAreMissing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		came := rapid.SliceOfN(rapid.Uint64Range(1, 40), 1, 80).Draw(t, "came")
		waits := rapid.Uint64Range(1, 40).Draw(t, "waits")
		var lines []string
		have := map[uint64]bool{}
		first := came[0]
		for _, n := range came {
			lines = append(lines, record(n))
			have[n] = true
			first = min(first, n)
		}
		r, err := proof.ReadReceived(strings.NewReader(strings.Join(lines, "\n")))
		if err != nil {
			t.Fatal(err)
		}
		report, err := proof.Compare(proof.Snapshot{
			Held: []proof.Run{run(1, 40)}, Sinks: []proof.SinkState{{Name: "sink/line", Waiting: []proof.Run{run(waits, 1)}}},
		}, "sink/line", r)
		if err != nil {
			t.Fatal(err)
		}
		want := uint64(0)
		for n := first; n <= 40; n++ {
			if !have[n] && n != waits {
				want++
			}
		}
		if s := report.Streams[0]; report.Missing() != want || s.Received != uint64(len(have)) || s.Twice != uint64(len(came)-len(have)) {
			t.Fatalf("%d missing, want %d: %+v", report.Missing(), want, s)
		}
	})
}

func FuzzReadReceived(f *testing.F) {
	f.Add([]byte(record(1) + "\n" + `{"gap": {"first": "` + boiler + `43", "count": 18446744073709551615, "cause": "x"}}`))
	f.Add([]byte("\n\n{}\n[]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := proof.ReadReceived(strings.NewReader(string(data)))
		if err != nil {
			return
		}
		if _, err := proof.Compare(proof.Snapshot{Sinks: []proof.SinkState{{Name: "line"}}}, "line", r); err != nil {
			t.Fatal(err)
		}
	})
}
