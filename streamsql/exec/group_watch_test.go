package exec_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/streamsql"
	"github.com/holdfast-edge/holdfast/supervisor"
	"github.com/holdfast-edge/holdfast/tag"
)

// known says of a row whether that it gives nothing means anything.
func known(b *tag.Batch, i int) bool {
	n, _ := b.Row(i)[2].Int()
	return n > 0
}

// rowByRow is what a rule gives, and when its condition has become false, where it
// is asked for each row.
func rowByRow(t *testing.T, rule string, batches []*tag.Batch) string {
	t.Helper()
	q, err := streamsql.Compile(rule, streamsql.Sources{"plant": {}})
	if err != nil {
		t.Fatal(err)
	}
	e, open := q.New(streamsql.Options{}), false
	var told strings.Builder
	for _, b := range batches {
		for i := range b.Len() {
			given := false
			e.Push(0, 0, b.Slice(i, i+1), func(out *tag.Batch) {
				given = true
				emitTo(&told)(out)
			})
			switch {
			case given:
				open = true
			case open && known(b, i):
				told.WriteString("fell\n")
				open = false
			}
		}
	}
	return told.String()
}

func TestAMemberThatIsWatchedIsAsOneThatIsAskedRowByRow(t *testing.T) {
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 9))
		g := streamsql.NewGroup()
		var rules []string
		told := make([]strings.Builder, 12)
		for i := range told {
			rule := randomRule(r)
			q, err := streamsql.Compile(rule, streamsql.Sources{"plant": {}})
			if err != nil {
				t.Fatal(err)
			}
			e := q.New(streamsql.Options{})
			m := g.Add(e, 0, emitTo(&told[i]))
			rules = append(rules, rule)
			if !q.SharesFilter() {
				rules[i] = ""
				continue
			}
			if i%4 == 3 {
				rules[i] = "" // nobody watches it: another way through the same class
				continue
			}
			m.Watch(func(b *tag.Batch, from, to int) bool {
				for ; from < to; from++ {
					if known(b, from) {
						told[i].WriteString("fell\n")
						return true
					}
				}
				return false
			})
		}
		var batches []*tag.Batch
		for i := range 20 {
			batches = append(batches, randomBatch(r, plantSchema(t), r.IntN(6)+1, int64(i)))
		}
		for _, b := range batches {
			g.Push(0, b)
		}
		for i, rule := range rules {
			if rule == "" {
				continue
			}
			if got, want := told[i].String(), rowByRow(t, rule, batches); got != want {
				t.Errorf("seed %d: %s\ntells\n%s\nwant\n%s", seed, rule, got, want)
			}
		}
	}
}

// A row on which a member panics gives nothing, and the rows behind it count.
func TestAMemberThatIsWatchedGoesOnBehindAPanic(t *testing.T) {
	g := streamsql.NewGroup()
	var told strings.Builder
	q, err := booming(true).Compile("SELECT boom(n) AS n FROM plant WHERE t = 1")
	if err != nil {
		t.Fatal(err)
	}
	e := q.New(streamsql.Options{})
	g.Add(e, 0, emitTo(&told)).Watch(func(_ *tag.Batch, from, to int) bool {
		fmt.Fprintf(&told, "missed %d to %d\n", from, to)
		return true
	})
	b := tag.NewBuilder(plantSchema(t), 4)
	for _, n := range []int64{1, 2, 3, 4} { // it panics at 2
		row := b.Row(0)
		row[1], row[2] = tag.IntOf(1), tag.IntOf(n)
	}
	batch := b.Batch()
	cause := supervisor.Guard(func() { g.Push(0, batch) })
	if cause == nil {
		t.Fatal("no panic")
	}
	if lost := g.Mend(cause); len(lost) > 0 {
		t.Fatal("it is lost")
	}
	g.Continue()
	if got := strings.ReplaceAll(told.String(), "\n-", " "); got != "{\"n\":1} missed 1 to 2\n{\"n\":3} {\"n\":4} " {
		t.Errorf("told %q", got)
	}
}
