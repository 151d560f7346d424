package log

import (
	"bytes"
	"errors"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/holdfast-edge/holdfast/store/codec"
	"github.com/holdfast-edge/holdfast/tag"
)

func TestWhatIsKeptOfACursorComesBack(t *testing.T) {
	c := consumerRecord{
		pending: []span{{3, 9}, {12, forever}}, lag: 77, streams: []string{"boiler.*", "pump"},
		quota: Quota{Bytes: 1 << 40, Age: time.Hour},
	}
	back, err := readConsumer(appendConsumer(nil, c))
	if err != nil || !slices.Equal(back.pending, c.pending) || back.lag != c.lag ||
		!slices.Equal(back.streams, c.streams) || back.quota != c.quota {
		t.Errorf("came back as %+v, %v", back, err)
	}
}

func TestGapsOfACursorComeBack(t *testing.T) {
	gaps := []ownGap{{gap: tag.Gap{
		First: tag.Identity{Site: "plant-7", Stream: tag.StreamID{1}, Incarnation: 5, Sequence: 6},
		Count: 7, Cause: tag.Expired, At: 8,
	}}, {gap: tag.Gap{Count: 1}}}
	back, err := readGaps(appendGaps(nil, gaps))
	if err != nil || !slices.Equal(back, gaps) {
		t.Errorf("came back as %v, %v", back, err)
	}
}

func TestAnIncarnationGrowsWhateverTheClockSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		last := rapid.Uint64Max(1<<52).Draw(t, "last")
		now := time.Unix(rapid.Int64Range(-1e9, 1<<34-1).Draw(t, "now"), 0)
		if fresh := newIncarnation(last, now); fresh <= last || fresh > 1<<53 {
			t.Fatalf("%d after %d", fresh, last)
		}
	})
}

func TestACommitIsDueByAgeBySizeAndByRequest(t *testing.T) {
	p := policy{every: time.Second, bytes: 100, ackEvery: 5 * time.Second}
	now := time.Unix(1000, 0)
	for name, c := range map[string]struct {
		waits waiting
		want  time.Duration
		due   bool
	}{
		"nothing":                         {waiting{}, 0, false},
		"a batch that came just now":      {waiting{oldest: now, bytes: 1}, time.Second, true},
		"an old batch":                    {waiting{oldest: now.Add(-time.Minute), bytes: 1}, 0, true},
		"many octets":                     {waiting{oldest: now, bytes: 100}, 0, true},
		"a publisher":                     {waiting{oldest: now, urgent: true}, 0, true},
		"an acknowledgement":              {waiting{acked: now.Add(-time.Second)}, 4 * time.Second, true},
		"both":                            {waiting{oldest: now, acked: now.Add(-4500 * time.Millisecond)}, 500 * time.Millisecond, true},
		"a publisher after a failure":     {waiting{oldest: now, urgent: true, retryAt: now.Add(time.Second)}, time.Second, true},
		"an old batch, to be tried again": {waiting{oldest: now.Add(-time.Hour), retryAt: now.Add(-1)}, 0, true},
	} {
		if wait, due := p.due(c.waits, now); wait != c.want || due != c.due {
			t.Errorf("%s: in %s, %t", name, wait, due)
		}
	}
}

func TestRetriesSlowDownToABound(t *testing.T) {
	last := time.Duration(0)
	for failures := 1; failures < 100; failures++ {
		d := retryDelay(failures)
		if d < last || d > lastRetry || d < firstRetry {
			t.Fatalf("after %d failures: %s", failures, d)
		}
		last = d
	}
}

func TestAQuotaIsMetAtTheBeginningOfASegment(t *testing.T) {
	segments := []sized{{1, 10 << 20}, {100, 10 << 20}, {200, 10 << 20}, {300, 5 << 20}}
	for name, c := range map[string]struct {
		quota  int64
		oldest uint64
		want   uint64
	}{
		"no quota":                  {0, 1, 0},
		"room for all":              {35 << 20, 1, 0},
		"room for the last two":     {16 << 20, 1, 200},
		"behind that already":       {16 << 20, 250, 0},
		"less than the active file": {4 << 20, 1, 300},
		"room for the active one":   {6 << 20, 1, 300},
	} {
		if got := (Quota{Bytes: c.quota}).beyond(c.oldest, segments); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

func TestTheWholeBlockIsCheckedBeforeItIsBelieved(t *testing.T) {
	h, kept, d := sealedBlock(t)
	encoded := appendHeader(nil, h)
	for i := range encoded {
		bad := bytes.Clone(encoded)
		bad[i] ^= 1
		if _, err := readHeader(bad); !errors.Is(err, errDamaged) {
			t.Errorf("octet %d of the header: %v", i, err)
		}
	}
	for i := range kept {
		bad := bytes.Clone(kept)
		bad[i] ^= 1
		if _, err := d.expand(h, bad); !errors.Is(err, errDamaged) {
			t.Errorf("octet %d of the payload: %v", i, err)
		}
	}
}

// sealedBlock returns a block of two entries as it is stored.
func sealedBlock(t testing.TB) (*header, []byte, *decompressor) {
	t.Helper()
	c, err := newCompressor()
	if err != nil {
		t.Fatal(err)
	}
	d, err := newDecompressor()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.close)
	h := &header{first: 7, count: 2, time: 9, streams: []extent{{stream: 3, first: 1, rows: 12}}}
	payload := appendStored(nil, stored{rows: 10, schema: 1, body: bytes.Repeat([]byte("rows"), 30)})
	payload = appendStored(payload, stored{rows: 2, gap: true, schema: uint64(tag.Overflow), body: []byte{2}})
	return h, bytes.Clone(c.compress(h, payload)), d
}

func FuzzStored(f *testing.F) {
	h, kept, d := sealedBlock(f)
	payload, err := d.expand(h, kept)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(payload)
	f.Fuzz(func(t *testing.T, data []byte) {
		err := readStored(h, data, func(s stored) error {
			if s.gap {
				_, _ = readGap(s) // must not panic
			}
			return nil
		})
		if err != nil && !errors.Is(err, errDamaged) {
			t.Fatalf("damage is not told as such: %v", err)
		}
	})
}

// FuzzRecords gives bytes with a checksum that holds to what reads the small
// records of a segment: what a defect of ours, not of a disk, would bring.
func FuzzRecords(f *testing.F) {
	h, _, _ := sealedBlock(f)
	for _, encoded := range [][]byte{
		appendHeader(nil, h),
		appendConsumer(nil, consumerRecord{pending: []span{{1, 2}}, streams: []string{"a"}}),
		appendGaps(nil, []ownGap{{gap: tag.Gap{Count: 3}}}),
		appendLife(nil, life{site: "plant-7", incarnation: 4}),
		appendStream(nil, stream{name: "boiler", start: 5}),
	} {
		f.Add(encoded[:len(encoded)-4])
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		record := appendChecksum(bytes.Clone(data), 0)
		_, header := readHeader(record)
		_, consumer := readConsumer(record)
		_, gaps := readGaps(record)
		_, stream := readStream(record)
		for _, err := range []error{header, consumer, gaps, stream} {
			if err != nil && !errors.Is(err, errDamaged) && !errors.Is(err, codec.ErrCorrupt) {
				t.Fatalf("damage is not told as such: %v", err)
			}
		}
		_, _ = readLife(record) // a format of the future is not damage
	})
}
