package window_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/streamsql/ast"
	"github.com/holdfast-edge/holdfast/streamsql/state"
	"github.com/holdfast-edge/holdfast/streamsql/window"
)

// list is a pane, and a queue, that keeps rows.
type list struct{ rows []int64 }

func (l *list) Add(row int64) { l.rows = append(l.rows, row) }
func (l *list) Remove()       { l.rows = l.rows[1:] }
func (l *list) Len() int      { return len(l.rows) }

func (l *list) AppendState(dst []byte) []byte {
	dst = state.AppendInt(dst, int64(len(l.rows)))
	for _, r := range l.rows {
		dst = state.AppendInt(dst, r)
	}
	return dst
}

func (l *list) Restore(src *state.Reader) {
	for range src.Count() {
		l.rows = append(l.rows, src.Int())
	}
}

// record notes the windows that close as "start-end[rows]".
type record struct {
	machine window.Machine[int64]
	spec    window.Spec
	closed  []string
}

func start(s window.Spec) *record {
	r := &record{spec: s}
	r.machine = window.New(s, r.owner())
	return r
}

func (r *record) owner() window.Owner[int64] {
	return window.Owner[int64]{
		Pane: func() window.Pane[int64] { return &list{} },
		Close: func(s window.Span, panes []window.Pane[int64]) {
			var rows []int64
			for _, p := range panes {
				rows = append(rows, p.(*list).rows...)
			}
			r.closed = append(r.closed, fmt.Sprintf("%d-%d%v", s.Start, s.End, rows))
		},
	}
}

// add adds rows of which each is its own time.
func (r *record) add(times ...int64) {
	for _, t := range times {
		r.machine.Add(t, t, window.Marks{Trigger: true})
	}
}

func (r *record) expect(t *testing.T, want ...string) {
	t.Helper()
	if got := strings.Join(r.closed, " "); got != strings.Join(want, " ") {
		t.Errorf("closed %s, want %s", got, strings.Join(want, " "))
	}
	r.closed = nil
}

func TestTumblingWindowsStandAtMultiplesOfTheirLength(t *testing.T) {
	r := start(window.Spec{Kind: ast.Tumbling, Length: 10})
	r.add(13, 19)
	if next, ok := r.machine.Next(); !ok || next != 20 {
		t.Errorf("next %d", next)
	}
	r.add(20, 55)
	r.expect(t, "10-20[13 19]", "20-30[20]")
	r.machine.Advance(60)
	r.expect(t, "50-60[55]")
	if _, ok := r.machine.Next(); ok {
		t.Error("an empty window waits for the clock")
	}
	r.add(59)
	r.machine.Advance(100)
	r.expect(t, "60-70[59]") // a little back the clock stands still: the window before is closed
}

// An NTP client that comes late, or a board without a clock of its own, sets the
// clock back by hours. No window may wait until it has caught up.
func TestAClockThatIsSetBackHoldsNoWindowUp(t *testing.T) {
	for _, c := range []struct {
		spec window.Spec
		want string
	}{
		{window.Spec{Kind: ast.Tumbling, Length: 10}, "20-30[1021 25 29]"},
		{window.Spec{Kind: ast.Hopping, Length: 20, Every: 10}, "10-30[1021 25 29] 20-40[1021 25 29]"},
		{window.Spec{Kind: ast.Session, Length: 100, Every: 10}, "21-39[1021 25 29]"},
		{window.Spec{Kind: ast.Sliding, Length: 10}, "1011-1021[1021] 15-25[1021 25] 19-29[1021 25 29]"},
		{window.Spec{Kind: ast.Sliding, Length: 10, Delay: 5}, "11-26[1021 25] 15-30[1021 25 29] 19-34[1021 25 29]"},
		{window.Spec{Kind: ast.Count, Rows: 3, EveryRows: 3}, "21-29[1021 25 29]"},
	} {
		r := start(c.spec)
		r.machine.Add(1021, 1021, window.Marks{Trigger: true})
		r.machine.Advance(1022)
		src := state.NewReader(r.machine.AppendState(nil)) // as behind a restart
		r.machine = window.New(c.spec, r.owner())
		r.machine.Restore(src)
		r.machine.Advance(22)
		r.add(25, 29)
		r.machine.Advance(60)
		r.expect(t, c.want)
	}
}

func TestInEventTimeTheClockIsNotSetBack(t *testing.T) {
	r := start(window.Spec{Kind: ast.Tumbling, Length: 10, EventTime: true})
	r.add(1021, 25)
	r.machine.Advance(1030)
	r.expect(t, "1020-1030[1021 25]")
}

func TestAMachineIsIdleBeforeAndBehindItsWindows(t *testing.T) {
	for _, s := range specs[:8] {
		r := start(s)
		if !r.machine.Idle() {
			t.Errorf("%+v: a new machine is not idle", s)
		}
		r.machine.Add(4, 4, window.Marks{Begin: true})
		if r.machine.Idle() && s.Length != 3 { // of which no window is open at 4
			t.Errorf("%+v: with a row in its window it is idle", s)
		}
		r.machine.Advance(1000)
		if !r.machine.Idle() {
			t.Errorf("%+v: when all is closed it is not idle", s)
		}
	}
}

func TestRowsBeforeTheEpochHaveWindowsToo(t *testing.T) {
	r := start(window.Spec{Kind: ast.Tumbling, Length: 10})
	r.machine.Advance(-100)
	r.add(-13, -11, -10)
	r.machine.Advance(0)
	r.expect(t, "-20--10[-13 -11]", "-10-0[-10]")
}

func TestHoppingWindowsShareTheirPanes(t *testing.T) {
	r := start(window.Spec{Kind: ast.Hopping, Length: 25, Every: 10})
	r.add(3, 6, 12, 17, 31)
	r.machine.Advance(100)
	r.expect(t, "-15-10[3 6]", "-5-20[3 6 12 17]", "5-30[6 12 17]", "15-40[17 31]", "25-50[31]")
}

func TestAMinuteOfAnHourIsNotAThousandPanes(t *testing.T) {
	panes := 0
	m := window.New(window.Spec{Kind: ast.Hopping, Length: 3_333, Every: 1_000}, window.Owner[int64]{
		Pane:  func() window.Pane[int64] { panes++; return &list{} },
		Close: func(window.Span, []window.Pane[int64]) {},
	})
	for i := range int64(10_000) {
		m.Add(i, i, window.Marks{})
	}
	if panes > 21 {
		t.Errorf("%d panes for ten steps", panes)
	}
}

func TestASlidingWindowHoldsBothOfItsEnds(t *testing.T) {
	r := start(window.Spec{Kind: ast.Sliding, Length: 10})
	r.add(1, 5, 11, 12)
	r.expect(t, "-9-1[1]", "-5-5[1 5]", "1-11[1 5 11]", "2-12[5 11 12]")
}

func TestASlidingWindowWithADelayLeavesItsEndOut(t *testing.T) {
	r := start(window.Spec{Kind: ast.Sliding, Length: 10, Delay: 5})
	r.machine.Add(10, 10, window.Marks{Trigger: true})
	r.machine.Add(14, 14, window.Marks{})
	if next, ok := r.machine.Next(); !ok || next != 15 {
		t.Errorf("next %d", next)
	}
	r.machine.Add(15, 15, window.Marks{})
	r.expect(t, "0-15[10 14]")
}

func TestInEventTimeASlidingWindowWaitsForItsEnd(t *testing.T) {
	r := start(window.Spec{Kind: ast.Sliding, Length: 10, EventTime: true})
	r.add(5, 5)
	r.expect(t)
	r.machine.Advance(5)
	r.expect(t, "-5-5[5 5]", "-5-5[5 5]")
}

func TestASessionEndsWithSilenceOrWhenItIsLong(t *testing.T) {
	r := start(window.Spec{Kind: ast.Session, Length: 30, Every: 10})
	r.add(1, 9, 25)
	r.expect(t, "1-19[1 9]")
	r.add(33, 41, 49, 57)
	r.expect(t, "25-55[25 33 41 49]")
	r.machine.Advance(67)
	r.expect(t, "57-67[57]")
}

func TestEKuiperCutsSessionsAtMultiplesOfTheirLength(t *testing.T) {
	r := start(window.Spec{Kind: ast.Session, Length: 20, Every: 10, EKuiper: true})
	r.add(1, 9, 18, 27, 35, 43, 51)
	r.expect(t, "1-40[1 9 18 27 35]")
	r.machine.Advance(100)
	r.expect(t, "40-61[43 51]")
}

func TestACountWindowHasTheLastRows(t *testing.T) {
	r := start(window.Spec{Kind: ast.Count, Rows: 4, EveryRows: 2})
	r.add(1, 2, 3, 4, 5, 6)
	r.expect(t, "1-4[1 2 3 4]", "3-6[3 4 5 6]")
	r = start(window.Spec{Kind: ast.Count, Rows: 3, EveryRows: 3})
	r.add(1, 2, 3, 4, 5, 6, 7)
	r.expect(t, "1-3[1 2 3]", "4-6[4 5 6]")
}

func TestAStateWindowIsFromItsBeginningToItsEmission(t *testing.T) {
	r := start(window.Spec{Kind: ast.State})
	for i, m := range []window.Marks{{}, {Begin: true}, {}, {Emit: true}, {Begin: true, Emit: true}, {Begin: true}, {Begin: true, Changed: true}} {
		r.machine.Add(int64(i), int64(i), m)
	}
	r.expect(t, "1-3[1 2 3]", "4-4[4]", "5-5[5]")
}

func TestEKuiperTellsWhereTheWindowBeforeWasTriggered(t *testing.T) {
	r := start(window.Spec{Kind: ast.Hopping, Length: 40, Every: 10, EKuiper: true, Origin: 2})
	r.add(5)
	r.machine.Advance(20)
	r.expect(t, "-8-10[5]", "0-20[5]")
}

// specs are windows of every kind.
var specs = []window.Spec{
	{Kind: ast.Tumbling, Length: 7},
	{Kind: ast.Hopping, Length: 10, Every: 3},
	{Kind: ast.Hopping, Length: 3, Every: 10},
	{Kind: ast.Sliding, Length: 8},
	{Kind: ast.Sliding, Length: 8, Delay: 3},
	{Kind: ast.Sliding, Length: 8, EventTime: true},
	{Kind: ast.Session, Length: 20, Every: 4},
	{Kind: ast.Session, Length: 20, Every: 4, EKuiper: true},
	{Kind: ast.Count, Rows: 6, EveryRows: 4},
	{Kind: ast.State},
}

func TestARestartChangesNoWindow(t *testing.T) {
	for _, s := range specs {
		for seed := range uint64(30) {
			whole, broken := start(s), start(s)
			r := rand.New(rand.NewPCG(seed, 5))
			now := int64(0)
			for range 60 {
				now += int64(r.IntN(5))
				marks := window.Marks{Trigger: r.IntN(2) == 0, Begin: r.IntN(3) == 0, Emit: r.IntN(3) == 0, Changed: r.IntN(9) == 0}
				advance := r.IntN(2) == 0
				for _, x := range []*record{whole, broken} {
					x.machine.Add(now, now, marks)
					if advance {
						x.machine.Advance(now)
					}
				}
				if r.IntN(4) == 0 {
					src := state.NewReader(broken.machine.AppendState(nil))
					broken.machine = window.New(s, broken.owner())
					broken.machine.Restore(src)
					if src.Err() != nil || src.Len() != 0 {
						t.Fatalf("%+v: %v, %d bytes left", s, src.Err(), src.Len())
					}
				}
			}
			whole.machine.Advance(now + 100)
			broken.machine.Advance(now + 100)
			broken.expect(t, whole.closed...)
		}
	}
}

func TestEveryRowIsInTheWindowsThatCoverIt(t *testing.T) {
	for seed := range uint64(50) {
		r := rand.New(rand.NewPCG(seed, 6))
		length, every := int64(r.IntN(20)+1), int64(r.IntN(20)+1)
		x := start(window.Spec{Kind: ast.Hopping, Length: length, Every: every})
		var times []int64
		for now := int64(0); now < 100; now += int64(r.IntN(7)) + 1 {
			times = append(times, now)
		}
		x.add(times...)
		x.machine.Advance(1000)
		var want []string
		for end := every; end < 1000; end += every {
			var rows []int64
			for _, at := range times {
				if at >= end-length && at < end {
					rows = append(rows, at)
				}
			}
			if rows != nil {
				want = append(want, fmt.Sprintf("%d-%d%v", end-length, end, rows))
			}
		}
		x.expect(t, want...)
	}
}

func TestADamagedStateIsRefused(t *testing.T) {
	for _, s := range specs {
		r := start(s)
		for i := range int64(9) {
			r.machine.Add(i, i, window.Marks{Begin: true, Trigger: true})
		}
		whole := r.machine.AppendState(nil)
		for n := range len(whole) {
			src := state.NewReader(whole[:n])
			window.New(s, r.owner()).Restore(src)
			if src.Err() == nil {
				t.Fatalf("%v: %d of %d bytes were taken", s.Kind, n, len(whole))
			}
		}
	}
}
