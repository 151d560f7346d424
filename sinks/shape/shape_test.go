package shape

import (
	"testing"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/tag"
)

func weather(t *testing.T) *tag.Batch {
	t.Helper()
	schema, err := tag.NewSchema(tag.NewStreamID("s", "weather"), "weather",
		tag.Field{Name: "temperature"}, tag.Field{Name: "motor_a"}, tag.Field{Name: "motor_b"})
	if err != nil {
		t.Fatal(err)
	}
	b := tag.NewBuilder(schema, 1)
	row := b.Row(100)
	row[0], row[1], row[2] = tag.IntOf(1), tag.IntOf(2), tag.IntOf(3)
	b.Stamp(2, 90)
	return b.Batch().Committed(tag.Identity{Site: "s", Stream: schema.Stream(), Incarnation: 1, Sequence: 7})
}

func TestOnlyTheChosenFieldsAreSentUnderTheSameIdentity(t *testing.T) {
	b := weather(t)
	got, ok, err := New(&config.Sink{Fields: []string{"motor_*"}}).Apply(b)
	if err != nil || !ok || got.Schema().Len() != 2 || got.Identity(0) != b.Identity(0) || got.Schema().Name() != "weather" {
		t.Fatalf("%v, %v, %v", got, ok, err)
	}
	if v, _ := got.Row(0)[1].Int(); v != 3 || got.ValueTime(0, 1) != 90 || got.ValueTime(0, 0) != 100 {
		t.Errorf("the row is %v", got.Row(0))
	}
}

func TestAStreamWithNoneOfTheFieldsIsWithheld(t *testing.T) {
	if _, ok, err := New(&config.Sink{Fields: []string{"pressure"}}).Apply(weather(t)); ok || err != nil {
		t.Errorf("it is sent: %v", err)
	}
}

func TestAllFieldsByPatternLeaveTheBatchAsItIs(t *testing.T) {
	b := weather(t)
	if got, ok, _ := New(&config.Sink{Fields: []string{"*"}}).Apply(b); !ok || got != b {
		t.Error("it was copied")
	}
}

func TestHistoricalRowsAreMarkedSeparatedOrSkipped(t *testing.T) {
	live := weather(t)
	late := live.As(tag.Backfill)
	for how, want := range map[config.Historical]string{
		config.HistoricalMark: "weather", config.HistoricalSeparate: "weather_late", config.HistoricalSkip: "",
	} {
		s := New(&config.Sink{Historical: how, Suffix: "_late"})
		if got, ok, err := s.Apply(live); !ok || err != nil || got.Schema().Name() != "weather" {
			t.Errorf("%s: live rows became %v", how, got)
		}
		got, ok, err := s.Apply(late)
		switch {
		case err != nil || ok != (want != ""):
			t.Errorf("%s: %v, %v", how, ok, err)
		case ok && (got.Schema().Name() != want || got.Origin() != tag.Backfill || got.Schema().Stream() != live.Schema().Stream()):
			t.Errorf("%s: %s", how, got.Schema().Name())
		}
	}
}

func TestPlansAreMadeOnceAndBounded(t *testing.T) {
	s := New(&config.Sink{Fields: []string{"motor_*"}})
	first, _, _ := s.Apply(weather(t))
	_ = first
	for range plansMax + 10 {
		if _, _, err := s.Apply(weather(t)); err != nil {
			t.Fatal(err)
		}
	}
	if len(s.plans) > plansMax {
		t.Errorf("%d plans", len(s.plans))
	}
}
