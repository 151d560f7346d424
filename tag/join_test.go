package tag_test

import (
	"testing"

	"github.com/holdfast-edge/holdfast/tag"
)

func TestBatchesThatFollowEachOtherAreJoinedAndOthersDoNot(t *testing.T) {
	stream := tag.NewStreamID("plant-7", "r")
	schema, err := tag.NewSchema(stream, "r", tag.Field{Name: "a", Kind: tag.Int}, tag.Field{Name: "b", Kind: tag.Int})
	if err != nil {
		t.Fatal(err)
	}
	rows := func(sequence uint64, n int, origin tag.Origin) *tag.Batch {
		b := tag.NewBuilder(schema, n)
		for i := range n {
			row := b.Row(int64(sequence) + int64(i))
			row[0], row[1] = tag.IntOf(int64(sequence)+int64(i)), tag.IntOf(-1)
		}
		return b.Batch().Committed(tag.Identity{Site: "plant-7", Stream: stream, Incarnation: 1, Sequence: sequence}).As(origin)
	}
	first, second := rows(5, 2, tag.Backfill), rows(7, 3, tag.Backfill)
	for name, other := range map[string]*tag.Batch{
		"a hole between them": rows(8, 1, tag.Backfill), "another lane": rows(7, 1, tag.Live), "the same again": first,
	} {
		if other.Follows(first) {
			t.Errorf("%s: it follows", name)
		}
	}
	if !second.Follows(first) {
		t.Fatal("it does not follow")
	}
	b := tag.Join([]*tag.Batch{first, second})
	if b.Len() != 5 || b.Origin() != tag.Backfill || b.Identity(4).Sequence != 9 || b.Time(4) != 9 || b.Row(4)[0] != tag.IntOf(9) {
		t.Errorf("joined: %d rows, %s, %v", b.Len(), b.Identity(4), b.Row(4))
	}
	if tag.Join([]*tag.Batch{first}) != first || first.Len() != 2 {
		t.Error("one alone is not itself")
	}
}
