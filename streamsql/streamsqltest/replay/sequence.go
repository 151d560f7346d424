package replay

import (
	"fmt"

	"github.com/holdfast-edge/holdfast/streamsql"
	"github.com/holdfast-edge/holdfast/tag"
)

// runSequence sends rows one after the other and compares what comes out after
// each.
func runSequence(c Case) error {
	name := c.Inputs[0].Stream
	q, err := streamsql.CompileEKuiper(c.SQL, streamsql.Sources{name: {}})
	if err != nil {
		return err
	}
	want, err := decode(c.Expected)
	if err != nil {
		return err
	}
	var failed error
	e := q.New(streamsql.Options{Rule: "rule", Failed: func(f streamsql.Failure) { failed = f.Err }})
	for i, in := range c.Inputs {
		b, err := newSource(name, nil).batch(in.Data, 0, nil)
		if err != nil {
			return err
		}
		rows := []tag.Value{}
		e.Push(0, 0, b, func(out *tag.Batch) { rows = append(rows, rowsOf(out)...) })
		if failed != nil {
			return failed
		}
		if got := tag.ArrayOf(rows); !same(want.Array()[i], got, false) {
			return fmt.Errorf("row %d: want %s, got %s", i+1, text(want.Array()[i]), text(got))
		}
	}
	return nil
}
