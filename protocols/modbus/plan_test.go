package modbus

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/holdfast-edge/holdfast/protocols/absence"
	"github.com/holdfast-edge/holdfast/tag"
)

// model is a device in memory: which registers it has, and how many requests it got.
type model struct {
	missing  map[int]bool
	longest  int // registers in one reply; 0: any
	requests int
}

func (m *model) has(b block) bool {
	for r := b.first; r < b.first+b.count; r++ {
		if m.missing[r] {
			return false
		}
	}
	return m.longest == 0 || b.count <= m.longest
}

// scan executes a plan as a session does.
func (m *model) scan(p *plan) []tag.Value {
	row := make([]tag.Value, len(p.points))
	data := make([]byte, 2*2000)
	for step := 0; step < p.Steps(); step++ {
		if step == 0 {
			p.begin()
			p.spoilHoles(row)
		}
		at := p.steps[step]
		for _, b := range p.now[at.from:at.to] {
			m.requests++
			if m.has(b) {
				p.learnt.Answered(b.lo, b.hi)
				p.fill(b, data, row)
				continue
			}
			p.spoil(b, tag.BadAddressUnknown, row)
			p.refused(b, tag.BadAddressUnknown)
		}
	}
	return row
}

// planOf returns a plan over single holding registers.
func planOf(t testing.TB, inFlight int, registers ...int) *plan {
	t.Helper()
	var points []*point
	for _, r := range registers {
		p := compile(t, TagOptions{Address: address(t, fmt.Sprintf("holding:%d", r))})
		points = append(points, p)
	}
	return newPlan(&device{
		inFlight: inFlight, limits: limits{registers: 125, bits: 2000, gap: 125},
		prices: prices{request: time.Millisecond, register: 200 * time.Nanosecond},
	}, points)
}

func TestNeighboursAreReadTogether(t *testing.T) {
	p := planOf(t, 1, 0, 1, 2, 100, 124, 125, 300)
	m := &model{}
	m.scan(p)
	if m.requests != 3 {
		t.Errorf("%d requests: %+v", m.requests, p.base)
	}
}

func TestATagThatIsMissingCostsNobodyElseHisValue(t *testing.T) {
	p := planOf(t, 1, 0, 1, 2, 3, 4, 5, 6, 7)
	m := &model{missing: map[int]bool{5: true}}
	for scan := range 5 {
		for i, v := range m.scan(p) {
			if v.IsNull() != (i == 5) {
				t.Fatalf("scan %d: register %d is %v", scan+1, i, v.Quality())
			}
			if i == 5 && v.Quality() != tag.BadAddressUnknown {
				t.Fatalf("scan %d: the missing register is %v", scan+1, v.Quality())
			}
		}
	}
}

func TestWhatWasLearntIsNotAskedAgainAtEveryScan(t *testing.T) {
	p := planOf(t, 1, 0, 1, 2, 3, 4, 5, 6, 7)
	m := &model{missing: map[int]bool{5: true}}
	for range 600 {
		m.scan(p)
	}
	m.requests = 0
	for range 256 {
		m.scan(p)
	}
	if most := 256*4 + 2; m.requests > most {
		t.Errorf("%d requests in 256 scans, want at most %d", m.requests, most)
	}
}

func TestAGapThatCannotBeReadIsFoundAndKeptOutOf(t *testing.T) {
	p := planOf(t, 1, 0, 1, 10, 11)
	m := &model{missing: map[int]bool{5: true}}
	m.scan(p)
	if m.requests != 3 {
		t.Errorf("%d requests to find the gap", m.requests)
	}
	m.requests = 0
	for _, v := range m.scan(p) {
		if v.IsNull() {
			t.Errorf("a value is %v", v.Quality())
		}
	}
	if m.requests != 2 {
		t.Errorf("%d requests after it was found", m.requests)
	}
}

func TestADeviceWithShorterRepliesIsFoundOut(t *testing.T) {
	var registers []int
	for r := range 100 {
		registers = append(registers, r)
	}
	p := planOf(t, 1, registers...)
	m := &model{longest: 16}
	for scan := range 3 {
		for i, v := range m.scan(p) {
			if v.IsNull() {
				t.Fatalf("scan %d: register %d is %v", scan+1, i, v.Quality())
			}
		}
	}
}

func TestADeviceThatRefusedEverythingAtStartHeals(t *testing.T) {
	p := planOf(t, 1, 0, 1, 2, 3, 4, 5, 6, 7)
	m := &model{missing: map[int]bool{}}
	for r := range 8 {
		m.missing[r] = true
	}
	for range 40 {
		m.requests = 0
		for _, v := range m.scan(p) {
			if !v.IsNull() {
				t.Fatal("a missing register has a value")
			}
		}
		if m.requests == 0 {
			t.Fatal("a scan asked nothing")
		}
	}
	clear(m.missing)
	healed := 0
	for range absence.MaxWait + 2 {
		m.requests, healed = 0, 0
		for _, v := range m.scan(p) {
			if !v.IsNull() {
				healed++
			}
		}
	}
	if healed != 8 || m.requests != 1 {
		t.Errorf("%d of 8 values with %d requests", healed, m.requests)
	}
}

func TestAsManyReadsAsTheDeviceTakesAreOneStep(t *testing.T) {
	p := planOf(t, 4, 0, 200, 400, 600, 800)
	if p.Steps() != 2 {
		t.Errorf("%d steps", p.Steps())
	}
	m := &model{missing: map[int]bool{}}
	if row := m.scan(p); len(row) != 5 || row[4].IsNull() {
		t.Errorf("%v", row)
	}
}

func TestEveryPlanReadsWhatIsThereAndOnlyThat(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		registers := rapid.SliceOfNDistinct(rapid.IntRange(0, 300), 1, 40, rapid.ID).Draw(t, "registers")
		missing := rapid.MapOf(rapid.IntRange(0, 300), rapid.Just(true)).Draw(t, "missing")
		var points []*point
		for _, r := range registers {
			p, flaw := tryCompile(TagOptions{Address: Address{Area: Holding, Number: uint32(r), Bit: NoBit}})
			if flaw != nil {
				t.Fatal(flaw.Err)
			}
			points = append(points, p)
		}
		p := newPlan(&device{
			inFlight: rapid.IntRange(1, 4).Draw(t, "in flight"), limits: limits{registers: 125, bits: 2000, gap: 125},
			prices: prices{request: time.Millisecond, register: 200 * time.Nanosecond},
		}, points)
		m := &model{missing: missing}
		for range 4 {
			for i, v := range m.scan(p) {
				if v.IsNull() != missing[registers[i]] {
					t.Fatalf("register %d is %s (%v)", registers[i], tag.AppendJSON(nil, v), v.Quality())
				}
			}
		}
	})
}

func TestAPlanThatHasLearntDoesNotAllocate(t *testing.T) {
	p := planOf(t, 1, 0, 1, 2, 10, 200)
	row, data := make([]tag.Value, 5), make([]byte, 250)
	if n := testing.AllocsPerRun(100, func() {
		p.begin()
		p.spoilHoles(row)
		for _, b := range p.now {
			p.learnt.Answered(b.lo, b.hi)
			p.fill(b, data, row)
		}
	}); n != 0 {
		t.Errorf("%v allocations a scan", n)
	}
}
