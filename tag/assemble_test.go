package tag_test

import (
	"testing"

	"github.com/holdfast-edge/holdfast/tag"
)

func TestAssembledRowsReadAsBuiltOnes(t *testing.T) {
	schema, err := tag.NewSchema(tag.StreamID{1}, "boiler", tag.Field{Name: "a"}, tag.Field{Name: "b"})
	if err != nil {
		t.Fatal(err)
	}
	b, err := tag.Assemble(schema, tag.Rows{
		Times: []int64{10, 20}, Values: []tag.Value{tag.IntOf(1), tag.IntOf(2), tag.IntOf(3), tag.IntOf(4)},
		Stamps: []int64{9, 10, 19, 20}, Origin: tag.Backfill, Hops: 2,
	})
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := b.Row(1)[0].Int(); got != 3 || b.Time(1) != 20 || b.ValueTime(1, 0) != 19 {
		t.Errorf("row 1 is %v at %d, its first value at %d", got, b.Time(1), b.ValueTime(1, 0))
	}
	if b.Origin() != tag.Backfill || b.Hops() != 2 {
		t.Errorf("origin %d, hops %d", b.Origin(), b.Hops())
	}
}

func TestRowsOfUnequalLengthsAreRefused(t *testing.T) {
	schema, err := tag.NewSchema(tag.StreamID{1}, "boiler", tag.Field{Name: "a"})
	if err != nil {
		t.Fatal(err)
	}
	for name, r := range map[string]tag.Rows{
		"values missing": {Times: []int64{1, 2}, Values: make([]tag.Value, 1)},
		"times missing":  {Times: []int64{1}, Values: make([]tag.Value, 1), Stamps: []int64{}},
	} {
		if _, err := tag.Assemble(schema, r); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
