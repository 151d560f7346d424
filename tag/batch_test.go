package tag_test

import (
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/tag"
)

func climate(t testing.TB) *tag.Schema {
	t.Helper()
	s, err := tag.NewSchema(tag.NewStreamID("plant-7", "boiler.climate"), "boiler.climate",
		tag.Field{Name: "temperature", Kind: tag.Float, Unit: "°C"}, tag.Field{Name: "humidity", Kind: tag.Int})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func rows(t testing.TB, n int) *tag.Batch {
	b := tag.NewBuilder(climate(t), n)
	for i := range n {
		row := b.Row(int64(1000 + i))
		row[0], row[1] = tag.FloatOf(float64(i)), tag.IntOf(int64(i*2))
	}
	return b.Batch()
}

func TestASchemaRefusesAFieldThatStandsTwice(t *testing.T) {
	_, err := tag.NewSchema(tag.StreamID{}, "s", tag.Field{Name: "a"}, tag.Field{Name: "a"})
	if err == nil || !strings.Contains(err.Error(), `"a"`) {
		t.Errorf("got %v", err)
	}
}

func TestAnExtendedSchemaKeepsItsSlots(t *testing.T) {
	s := climate(t)
	more, err := s.Extend(tag.Field{Name: "pressure", Kind: tag.Float})
	if err != nil {
		t.Fatal(err)
	}
	for slot := range s.Len() {
		if got, ok := more.Slot(s.Field(slot).Name); !ok || got != slot {
			t.Errorf("slot %d moved to %d", slot, got)
		}
	}
	if _, ok := s.Slot("pressure"); ok || s.Len() != 2 {
		t.Error("the original schema changed")
	}
}

func TestARowHoldsWhatWasPutIn(t *testing.T) {
	b := rows(t, 3)
	if b.Len() != 3 {
		t.Fatalf("%d rows", b.Len())
	}
	for i := range 3 {
		if b.Time(i) != int64(1000+i) || !b.Row(i)[1].Equal(tag.IntOf(int64(i*2))) {
			t.Errorf("row %d: %d %v", i, b.Time(i), b.Row(i))
		}
	}
}

func TestABuilderSharesNothingWithBatchesGivenAway(t *testing.T) {
	bd := tag.NewBuilder(climate(t), 4)
	bd.Row(1)[0] = tag.FloatOf(1)
	first := bd.Batch()
	bd.Row(2)[0] = tag.FloatOf(2)
	if f, _ := first.Row(0)[0].Float(); f != 1 || first.Len() != 1 {
		t.Error("the first batch changed")
	}
	if bd.Batch().Len() != 1 || bd.Batch() != nil || bd.Len() != 0 {
		t.Error("the builder did not begin anew")
	}
}

func TestADroppedRowLeavesNoTrace(t *testing.T) {
	bd := tag.NewBuilder(climate(t), 4)
	bd.Row(1)[0] = tag.FloatOf(1)
	bd.Row(2)[0] = tag.FloatOf(2)
	bd.Stamp(0, 99)
	bd.Drop()
	row := bd.Row(3)
	if row[0].Kind() != tag.Absent {
		t.Errorf("the dropped row shines through: %v", row[0].Kind())
	}
	b := bd.Batch()
	if b.Len() != 2 || b.ValueTime(1, 0) != 3 {
		t.Errorf("%d rows, time %d", b.Len(), b.ValueTime(1, 0))
	}
}

func TestAValueHasItsOwnTimeWhereItWasGivenOne(t *testing.T) {
	bd := tag.NewBuilder(climate(t), 2)
	bd.Row(100)
	bd.Row(200)
	bd.Stamp(1, 150)
	bd.Row(300)
	b := bd.Batch()
	want := [][2]int64{{100, 100}, {200, 150}, {300, 300}}
	for i, w := range want {
		if b.ValueTime(i, 0) != w[0] || b.ValueTime(i, 1) != w[1] {
			t.Errorf("row %d: times %d %d, want %v", i, b.ValueTime(i, 0), b.ValueTime(i, 1), w)
		}
	}
	if rows(t, 1).HasValueTimes() {
		t.Error("times per value where none were given")
	}
}

func TestCommittedRowsAreNumberedInSequence(t *testing.T) {
	id := tag.Identity{Site: "plant-7", Stream: tag.NewStreamID("plant-7", "x"), Incarnation: 3, Sequence: 10}
	plain := rows(t, 5)
	b := plain.Committed(id)
	if b.Identity(4).Sequence != 14 || b.Slice(2, 4).Identity(1).Sequence != 13 {
		t.Error("sequences do not follow")
	}
	if plain.Identity(4).IsCommitted() {
		t.Error("a batch that was not committed has an identity")
	}
}

func TestARowThatIsDatedHasThatTimeInAllItsValues(t *testing.T) {
	bd := tag.NewBuilder(climate(t), 2)
	bd.Row(1)
	bd.Row(2)
	bd.Date(7)
	if b := bd.Batch(); b.Time(0) != 1 || b.Time(1) != 7 || b.ValueTime(1, 1) != 7 {
		t.Errorf("%d, %d, %d", b.Time(0), b.Time(1), b.ValueTime(1, 1))
	}
	bd.Row(3)
	bd.Stamp(0, 30)
	bd.Row(4)
	bd.Date(8)
	if b := bd.Batch(); b.ValueTime(0, 0) != 30 || b.ValueTime(1, 0) != 8 || b.ValueTime(1, 1) != 8 {
		t.Errorf("%d, %d, %d", b.ValueTime(0, 0), b.ValueTime(1, 0), b.ValueTime(1, 1))
	}
}

func TestASliceHasItsRowsTimesAndStamps(t *testing.T) {
	bd := tag.NewBuilder(climate(t), 3)
	for i := range int64(3) {
		bd.Row(i)[0] = tag.IntOf(i)
		bd.Stamp(0, 10+i)
	}
	s := bd.Batch().As(tag.Backfill).Slice(1, 3)
	if s.Len() != 2 || s.Time(0) != 1 || s.ValueTime(1, 0) != 12 || s.Origin() != tag.Backfill {
		t.Errorf("slice: %d rows, %d, %d, %v", s.Len(), s.Time(0), s.ValueTime(1, 0), s.Origin())
	}
}

func TestAStreamHasOneUUIDInEverySiteAndAnotherInEachOther(t *testing.T) {
	a, b, c := tag.NewStreamID("p", "s"), tag.NewStreamID("p", "s"), tag.NewStreamID("ps", "")
	if a != b || a == c {
		t.Errorf("%v %v %v", a, b, c)
	}
}

func TestAnIdentityReadsBackFromItsText(t *testing.T) {
	id := tag.Identity{Site: "north/plant-7", Stream: tag.NewStreamID("p", "s"), Incarnation: 1 << 63, Sequence: 42}
	back, err := tag.ParseIdentity(id.String())
	if err != nil || back != id {
		t.Errorf("%v came back as %v, %v", id, back, err)
	}
	for _, bad := range []string{"", "a/b", "s/not-a-uuid/1/2", "s/" + id.Stream.String() + "/x/1", "s/" + id.Stream.String() + "/1/-1"} {
		if _, err := tag.ParseIdentity(bad); err == nil {
			t.Errorf("%q was taken for an identity", bad)
		}
	}
}

func TestAScanAllocatesItsArenaAndNothingPerValue(t *testing.T) {
	schema := climate(t)
	bd := tag.NewBuilder(schema, 64)
	allocs := testing.AllocsPerRun(100, func() {
		for i := range 64 {
			row := bd.Row(int64(i))
			row[0], row[1] = tag.FloatOf(1), tag.IntOf(2)
		}
		bd.Batch()
	})
	if allocs > 3 {
		t.Errorf("%v allocations for 64 rows, want the batch and its two arenas", allocs)
	}
}

func TestReadingABatchAllocatesNothing(t *testing.T) {
	b := rows(t, 64)
	sum := 0.0
	allocs := testing.AllocsPerRun(100, func() {
		for i := range b.Len() {
			f, _ := b.Row(i)[0].Float()
			sum += f
		}
	})
	if allocs != 0 {
		t.Errorf("%v allocations, sum %v", allocs, sum)
	}
}

func BenchmarkBuild100Tags(b *testing.B) {
	fields := make([]tag.Field, 100)
	for i := range fields {
		fields[i] = tag.Field{Name: string(rune('a'+i%26)) + string(rune('a'+i/26)), Kind: tag.Int}
	}
	schema, err := tag.NewSchema(tag.StreamID{}, "s", fields...)
	if err != nil {
		b.Fatal(err)
	}
	bd := tag.NewBuilder(schema, 1)
	b.ReportAllocs()
	for b.Loop() {
		row := bd.Row(1)
		for i := range row {
			row[i] = tag.IntOf(int64(i))
		}
		bd.Batch()
	}
}
