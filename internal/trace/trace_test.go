package trace_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/internal/trace"
	"github.com/holdfast-edge/holdfast/tag"
)

// bench is a tracer whose clock counts.
type bench struct {
	t      *testing.T
	tracer *trace.Tracer
	at     time.Time
}

func start(t *testing.T) *bench {
	b := &bench{t: t, at: time.Unix(100, 0)}
	b.tracer = trace.New(func() time.Time {
		b.at = b.at.Add(time.Millisecond)
		return b.at
	})
	return b
}

// batch makes a batch of a stream of one field; each row is its time in seconds.
func batch(t testing.TB, stream string, origin tag.Origin, seconds ...int64) *tag.Batch {
	t.Helper()
	schema, err := tag.NewSchema(tag.NewStreamID("p", stream), stream, tag.Field{Name: "temperature"})
	if err != nil {
		t.Fatal(err)
	}
	b := tag.NewBuilder(schema, len(seconds))
	for _, s := range seconds {
		b.Row(s * 1e9)[0] = tag.IntOf(s)
	}
	return b.Derived(origin, 0)
}

func stored(b *tag.Batch, sequence uint64) *tag.Batch {
	return b.Committed(tag.Identity{Site: "p", Stream: b.Schema().Stream(), Incarnation: 1, Sequence: sequence})
}

func (b *bench) arm(target trace.Target, expected ...trace.Expected) uint64 {
	b.t.Helper()
	t, err := b.tracer.Arm(target, expected, time.Minute)
	if err != nil {
		b.t.Fatal(err)
	}
	return t.ID
}

func committed(stream string) trace.Expected {
	return trace.Expected{Stage: trace.Committed, Stream: stream}
}

func in(rule, stream string) trace.Expected {
	return trace.Expected{Stage: trace.RuleIn, Where: rule, Stream: stream}
}

func out(rule string) trace.Expected {
	return trace.Expected{Stage: trace.RuleOut, Where: rule, Stream: rule}
}

func acknowledged(sink, stream string) trace.Expected {
	return trace.Expected{Stage: trace.Acknowledged, Where: sink, Stream: stream}
}

// want fails unless the trace is drawn so: a hop is its stage, where, sequence, and in brackets the hop it follows.
func (b *bench) want(id uint64, state trace.State, want string) {
	b.t.Helper()
	t, _, ok := b.tracer.Get(id)
	if !ok {
		b.t.Fatalf("trace %d is not kept", id)
	}
	var hops []string
	for _, h := range t.Hops {
		text := string(h.Stage)
		if h.Where != "" {
			text += " " + h.Where
		}
		if h.Sequence > 0 {
			text += fmt.Sprintf(" #%d", h.Sequence)
		}
		hops = append(hops, fmt.Sprintf("%s(%d)", text, h.Follows))
	}
	if got := strings.Join(hops, ", "); got != want || t.State != state {
		b.t.Errorf("it is %s, missing %v: %s\nwant %s: %s", t.State, t.Missing, got, state, want)
	}
}

func TestARecordIsFollowedFromItsTagThroughARuleToTheFarEnd(t *testing.T) {
	b := start(t)
	b.tracer.Published("boiler.climate", batch(t, "boiler.climate", tag.Live, 1)) // before it is armed
	id := b.arm(trace.Target{Device: "boiler", Tag: "temperature", Stream: "boiler.climate"},
		committed("boiler.climate"), in("forward", "boiler.climate"), committed("forward"), acknowledged("line", "forward"))
	b.tracer.Published("press.cycle", batch(t, "press.cycle", tag.Live, 2))
	b.tracer.Published("boiler.climate", batch(t, "boiler.climate", tag.Backfill, 2)) // an old one is not the next
	b.want(id, trace.Armed, "")
	read := batch(t, "boiler.climate", tag.Live, 3, 4)
	b.tracer.Published("boiler.climate", read)
	b.tracer.Published("boiler.climate", batch(t, "boiler.climate", tag.Live, 5))
	b.tracer.Evaluating([]string{"boiler.climate"}, "forward", read)
	out := batch(t, "forward", tag.Live, 4)
	b.tracer.Published("forward", out)
	b.tracer.Committed(stored(read, 10))
	b.tracer.Committed(stored(out, 7))
	b.tracer.Committed(stored(batch(t, "forward", tag.Live, 5), 8))
	b.tracer.Handed("line", stored(out, 7))
	b.tracer.Answered("line", stored(out, 7), errors.New("cut"))
	b.tracer.Handed("line", stored(out, 7))
	b.tracer.Answered("line", stored(out, 7), nil)
	b.want(id, trace.Done, "source(-1), published(0), rule in forward(1), rule out forward(2), committed #11(1), committed #7(3), "+
		"handed line #7(5), failed line #7(6), handed line #7(5), acknowledged line #7(8)")
	got, _, _ := b.tracer.Get(id)
	if !got.Value.Equal(tag.IntOf(4)) || !got.Hops[0].At.Equal(time.Unix(4, 0)) || got.Hops[7].Note != "cut" {
		t.Errorf("%+v", got)
	}
	if b.tracer.Armed() {
		t.Error("it is armed after it is done")
	}
}

func TestARuleAndASinkAreFollowedFromWhereTheyTakeARecord(t *testing.T) {
	b := start(t)
	rule, sink := b.arm(trace.Target{Rule: "forward"}, acknowledged("line", "forward")), b.arm(trace.Target{Sink: "line"}, acknowledged("line", "forward"))
	b.tracer.Evaluating([]string{"boiler.climate"}, "other", batch(t, "boiler.climate", tag.Live, 1))
	b.tracer.Evaluating([]string{"boiler.climate"}, "forward", batch(t, "boiler.climate", tag.Live, 1))
	out := batch(t, "forward", tag.Live, 1)
	b.tracer.Published("forward", out)
	b.tracer.Handed("line", stored(out, 3))
	b.tracer.Answered("line", stored(out, 3), nil)
	b.want(rule, trace.Done, "source(-1), rule in forward(0), rule out forward(1), handed line #3(2), acknowledged line #3(3)")
	b.want(sink, trace.Done, "source(-1), handed line #3(0), acknowledged line #3(1)")
}

func TestARuleThatLetsARecordGoEndsItsWay(t *testing.T) {
	b := start(t)
	id := b.arm(trace.Target{Stream: "s"}, in("hot", "s"), out("hot"), acknowledged("line", "hot"), in("hotter", "hot"), out("hotter"), acknowledged("line", "hotter"))
	read := batch(t, "s", tag.Live, 1)
	b.tracer.Published("s", read)
	b.tracer.Evaluating([]string{"s"}, "hot", read)
	b.tracer.Evaluated("hot")
	b.want(id, trace.Done, "source(-1), published(0), rule in hot(1), no row from hot(2)")
}

func TestATraceEndsWhenItsTimeIsOverAndSaysWhatIsMissing(t *testing.T) {
	b := start(t)
	id := b.arm(trace.Target{Stream: "boiler.climate"}, acknowledged("line", "forward"), in("forward", "boiler.climate"))
	b.tracer.Published("boiler.climate", batch(t, "boiler.climate", tag.Live, 1))
	b.want(id, trace.Running, "source(-1), published(0)")
	_, changed, _ := b.tracer.Get(id)
	b.at = b.at.Add(time.Hour)
	b.want(id, trace.Ended, "source(-1), published(0)")
	select {
	case <-changed:
	default:
		t.Error("nobody was told of the end")
	}
	got, _, _ := b.tracer.Get(id)
	if strings.Join(got.Missing, ", ") != "acknowledged line, rule in forward" || b.tracer.Armed() {
		t.Errorf("%+v", got)
	}
}

func TestTracesAreBounded(t *testing.T) {
	b := start(t)
	first := b.arm(trace.Target{Stream: "s"}, acknowledged("line", "s"))
	for range trace.MostKept {
		b.arm(trace.Target{Stream: "s"}, acknowledged("line", "s"))
	}
	if _, _, ok := b.tracer.Get(first); ok || len(b.tracer.List()) != trace.MostKept {
		t.Errorf("%d traces are kept", len(b.tracer.List()))
	}
	x := batch(t, "s", tag.Live, 1)
	b.tracer.Published("s", x)
	for range 1000 {
		b.tracer.Handed("line", stored(x, 1))
		b.tracer.Answered("line", stored(x, 1), errors.New("away"))
	}
	if n := len(b.tracer.List()[0].Hops); n > 256 {
		t.Errorf("%d hops", n)
	}
	if _, err := b.tracer.Arm(trace.Target{}, nil, time.Minute); !errors.Is(err, trace.ErrTarget) {
		t.Error(err)
	}
}

func TestNothingIsPaidWhileNothingIsArmed(t *testing.T) {
	x := stored(batch(t, "s", tag.Live, 1), 1)
	for name, tracer := range map[string]*trace.Tracer{"none": nil, "not armed": trace.New(time.Now)} {
		if n := testing.AllocsPerRun(100, func() {
			tracer.Published("s", x)
			tracer.Evaluating(nil, "r", x)
			tracer.Evaluated("r")
			tracer.Committed(x)
			tracer.Handed("line", x)
			tracer.Answered("line", x, nil)
		}); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

func BenchmarkNotArmed(b *testing.B) {
	tracer := trace.New(time.Now)
	x := stored(batch(b, "s", tag.Live, 1), 1)
	b.ReportAllocs()
	for b.Loop() {
		tracer.Published("s", x)
	}
}
