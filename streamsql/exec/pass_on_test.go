package exec_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/holdfast-edge/holdfast/tag"
)

// unread is the values of a batch that is made to be read later.
type unread struct{ of *tag.Batch }

func (u unread) Values() (values []tag.Value) {
	for i := range u.of.Len() {
		values = append(values, u.of.Row(i)...)
	}
	return values
}

func (u unread) Text(int) []byte { return nil }

// readLater returns the rows of a batch of which only some columns are read.
func readLater(t *testing.T, b *tag.Batch, columns int) *tag.Batch {
	t.Helper()
	s := b.Schema()
	front, err := tag.NewSchema(s.Stream(), s.Name(), slices.Clone(s.Fields()[:columns])...)
	if err != nil {
		t.Fatal(err)
	}
	builder := tag.NewBuilder(front, b.Len())
	for i := range b.Len() {
		copy(builder.Row(b.Time(i)), b.Row(i))
	}
	return builder.Batch().Widened(s, unread{b})
}

func TestRulesGiveTheSameOfRowsThatAreReadLater(t *testing.T) {
	const seed = 1
	r := rand.New(rand.NewPCG(seed, 0))
	s := plantSchema(t)
	for round := range 30 {
		var rules []string
		for range 1 + r.IntN(20) {
			rules = append(rules, randomRule(r))
		}
		var now, later []*tag.Batch
		for at := range 5 {
			b := randomBatch(r, s, 1+r.IntN(8), int64(at))
			now = append(now, b)
			later = append(later, readLater(t, b, r.IntN(s.Len()+1)))
		}
		for _, grouped := range []bool{true, false} {
			want, wantStats := outputs(t, rules, now, grouped)
			got, gotStats := outputs(t, rules, later, grouped)
			for i, rule := range rules {
				if got[i] != want[i] || gotStats[i] != wantStats[i] {
					t.Fatalf("seed %d, round %d: %s gives\n%s%+v, want\n%s%+v", seed, round, rule, got[i], gotStats[i], want[i], wantStats[i])
				}
			}
		}
	}
}
