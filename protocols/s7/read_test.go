package s7_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/conformance"
	"github.com/holdfast-edge/holdfast/protocols/s7/pdu"
	"github.com/holdfast-edge/holdfast/protocols/s7/plc"
	"github.com/holdfast-edge/holdfast/tag"
)

// itemsOf returns how many items each job has that the PLC heard.
func itemsOf(t *testing.T, p *plc.PLC) (counts []int) {
	t.Helper()
	for _, job := range p.Heard() {
		items, err := pdu.ParseItems(job)
		if err != nil {
			t.Fatal(err)
		}
		counts = append(counts, len(items))
	}
	return counts
}

// mustScan scans once, and returns the values.
func mustScan(t *testing.T, s protocols.Session, d protocols.Device, width int) []tag.Value {
	t.Helper()
	row, err := conformance.Scan(t, s, d, width)
	if err != nil {
		t.Fatal(err)
	}
	return row.Values
}

// words are tags of words in a block.
func words(db int, at ...int) (tags []string) {
	for i, octet := range at {
		tags = append(tags, fmt.Sprintf("name: db%d_%d, address: DB%d.DBW%d", db, i, db, octet))
	}
	return tags
}

func TestTagsThatAreNearAreOneItem(t *testing.T) {
	p := listen(t, standard())
	p.Define(2, 100)
	tags := append(words(1, 0, 2, 26, 100, 102), words(2, 0)...)
	s, d := dialled(t, p, "max_gap: 22,", append(tags, "name: m, address: M0.0", "name: w, address: MW8, access: w")...)
	p.Set(dataBlock, 1, 26, 0x12, 0x34)
	values := mustScan(t, s, d, 8)
	conformance.WantValue(t, "the third", values[2], tag.UintOf(0x1234))
	if got := itemsOf(t, p); fmt.Sprint(got) != "[4]" {
		t.Errorf("jobs with %v items, want one with 4: DB1 twice, DB2, markers", got)
	}
	if values[7].Kind() != tag.Absent {
		t.Errorf("a tag that is only written is %v", values[7])
	}
}

func TestJobsFillThePDUAndGoOutTogether(t *testing.T) {
	p := listen(t, standard())
	var tags []string
	for i := range 60 {
		tags = append(tags, fmt.Sprintf("name: t%d, address: DB1.DBW%d", i, 16*i))
	}
	s, d := dialled(t, p, "max_gap: 0,", tags...)
	p.Hold(4) // 19 items fit a job of 240 octets: unless all 4 jobs are on the way at once, no answer comes; and the last comes first
	for i := range 60 {
		p.Set(dataBlock, 1, 16*i, byte(i), byte(i))
	}
	for i, v := range mustScan(t, s, d, 60) {
		conformance.WantValue(t, fmt.Sprint("tag ", i), v, tag.UintOf(uint64(i)<<8|uint64(i)))
	}
	if got := itemsOf(t, p); fmt.Sprint(got) != "[19 19 19 3]" {
		t.Errorf("jobs with %v items", got)
	}
}

func TestNoMoreJobsAreOnTheWayThanWereAgreed(t *testing.T) {
	o := standard()
	o.Jobs = 2
	p := listen(t, o)
	var tags []string
	for i := range 60 {
		tags = append(tags, fmt.Sprintf("name: t%d, address: DB1.DBW%d", i, 16*i))
	}
	s, d := dialled(t, p, "max_gap: 0,", tags...)
	p.Hold(2)
	mustScan(t, s, d, 60)
	if d.Plans()[0].Steps() != 2 {
		t.Errorf("%d steps", d.Plans()[0].Steps())
	}
}

func TestAMissingBlockSpoilsItsOwnTagsOnly(t *testing.T) {
	p := listen(t, standard())
	p.Define(10, 12)
	p.Define(11, 100)
	p.Deny(11)
	var log safeBuffer
	device := kit.Device(t, "tcp://"+p.Address()+"?connect_timeout=1m", "", append(append(words(10, 8, 10, 12, 30), words(77, 0)...), append(words(11, 0), words(1, 0)...)...)...)
	e := conformance.EndpointOf(device)
	e.Logger = slog.New(slog.NewTextHandler(&log, nil))
	s, err := kit.Driver.Dial(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	d := kit.Compile(t, device)
	const good, unknown, denied = tag.Good, tag.BadAddressUnknown, tag.BadAccessDenied
	for scan := range 20 {
		for i, v := range mustScan(t, s, d, 7) {
			want := [...]tag.Quality{good, good, unknown, unknown, unknown, denied, good}[i]
			if v.Quality() != want {
				t.Errorf("scan %d: tag %d is %v, want %v", scan, i, v.Quality(), want)
			}
		}
	}
	p.Heard()
	mustScan(t, s, d, 7)
	if got := itemsOf(t, p); len(got) != 1 || got[0] > 4 {
		t.Errorf("what is not there is asked for at each scan: jobs with %v items", got)
	}
	for _, want := range []string{
		"DB10 does not exist, is shorter than",
		"DB77 does not exist", "permit access with PUT/GET",
	} {
		if strings.Count(log.String(), want) != 1 {
			t.Errorf("%q is not in the log once:\n%s", want, log.String())
		}
	}
	p.Define(10, 100)
	p.Define(77, 2)
	conformance.Eventually(t, "what was missing is read", func() bool {
		values := mustScan(t, s, d, 7)
		return values[2].Quality().IsGood() && values[3].Quality().IsGood() && values[4].Quality().IsGood()
	})
}

func TestAPLCThatPermitsNothingSaysWhatToPermit(t *testing.T) {
	p := listen(t, standard())
	s, d := dialled(t, p, "", "name: x, address: DB1.DBW0, access: rw")
	p.Break(plc.NoService)
	if v := mustScan(t, s, d, 1)[0]; v.Quality() != tag.BadAccessDenied {
		t.Errorf("it is %v", v.Quality())
	}
	x := conformance.Point(t, d, "x")
	err := s.Write(t.Context(), x, tag.IntOf(1))
	if protocols.QualityOf(err) != tag.BadAccessDenied || !strings.Contains(err.Error(), "permit access with PUT/GET") {
		t.Errorf("written: %v", err)
	}
	if err := s.Probe(t.Context(), d); err != nil {
		t.Errorf("a refusal is no sign of life: %v", err)
	}
	p.Break(0)
	if v := mustScan(t, s, d, 1)[0]; !v.Quality().IsGood() {
		t.Errorf("once it is permitted it is %v", v.Quality())
	}
}

func TestAValueLongerThanAnAnswerIsReadInPieces(t *testing.T) {
	for _, limit := range []int{0, 128} {
		o := standard()
		o.MaxTPDU = limit // an answer in several TPDUs
		p := listen(t, o)
		octets := make([]byte, 999)
		for i := range octets {
			octets[i] = byte(i * 7)
		}
		p.Set(dataBlock, 1, 1, octets...)
		s, d := dialled(t, p, "", "name: x, address: DB1.DBB1, type: bytes, length: 999", "name: y, address: DB1.DBB1", "name: z, address: DB1.DBW998")
		for range 2 {
			values := mustScan(t, s, d, 3)
			conformance.WantValue(t, "the long one", values[0], tag.BytesOf(octets))
			conformance.WantValue(t, "the first octet", values[1], tag.UintOf(0))
			conformance.WantValue(t, "the last word", values[2], tag.UintOf(uint64(octets[997])<<8|uint64(octets[998])))
		}
		v, err := s.ReadPoint(t.Context(), conformance.Point(t, d, "x"))
		if err != nil {
			t.Fatal(err)
		}
		conformance.WantValue(t, "by itself", v, tag.BytesOf(octets))
		p.Define(1, 500)
		if v := mustScan(t, s, d, 3)[0]; v.Quality() != tag.BadAddressUnknown {
			t.Errorf("half of it is there, and it is %v", v.Quality())
		}
	}
}

// TestAnyTagsAreReadWithinTheTerms reads random tags at PLCs with random terms: each value is right, and no job and no answer is
// larger than agreed.
func TestAnyTagsAreReadWithinTheTerms(t *testing.T) {
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // a test
	defer func() {
		if t.Failed() {
			t.Logf("seed %d", seed)
		}
	}()
	for range 30 {
		o := standard()
		o.PDU, o.Jobs = 112+random.IntN(900), 1+random.IntN(8)
		p := listen(t, o)
		memory := make([]byte, 1000)
		for i := range memory {
			memory[i] = byte(random.Uint32())
		}
		p.Set(dataBlock, 1, 0, memory...)
		var tags []string
		var want []tag.Value
		for i := range 1 + random.IntN(100) {
			octets := 1 + random.IntN(1<<random.IntN(10))
			from := random.IntN(1000)
			tags = append(tags, fmt.Sprintf("name: t%d, address: DB1.DBB%d, type: bytes, length: %d", i, from, octets))
			if from+octets > 1000 {
				want = append(want, tag.NullOf(tag.BadAddressUnknown))
				continue
			}
			want = append(want, tag.BytesOf(memory[from:from+octets]))
		}
		s, d := dialled(t, p, fmt.Sprintf("max_gap: %d,", random.IntN(200)), tags...)
		for range 3 {
			for i, v := range mustScan(t, s, d, len(tags)) {
				conformance.WantValue(t, tags[i], v, want[i])
			}
		}
		if breaches := p.Breaches(); len(breaches) > 0 {
			t.Errorf("terms %+v: %v", o, breaches)
		}
	}
}

// safeBuffer is a log.
type safeBuffer struct {
	mutex sync.Mutex
	bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.Buffer.Write(p)
}

func (b *safeBuffer) String() string {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.Buffer.String()
}
