package replay

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/holdfast-edge/holdfast/streamsql/ast"
	"github.com/holdfast-edge/holdfast/streamsql/exec"
	"github.com/holdfast-edge/holdfast/streamsql/parse"
	"github.com/holdfast-edge/holdfast/streamsql/plan"
	"github.com/holdfast-edge/holdfast/tag"
)

// The span of the closed window that the inputs of a case form.
const (
	windowStart = 1541152486013 * millisecond
	windowEnd   = 1541152487013 * millisecond
)

// runOperator runs one operator over inputs that end.
func runOperator(c Case) error {
	got, err := operate(c)
	if c.Error != "" {
		if err == nil {
			return fmt.Errorf("want the error %q, got %s", c.Error, text(got))
		}
		return nil
	}
	want, recorded := decode(c.Expected)
	if err != nil && c.Stage == "project" && recorded == nil && want.IsNull() {
		return nil // a select list gives a row for each, so that none was given means that it failed
	}
	if recorded != nil || err != nil {
		return errors.Join(recorded, err)
	}
	if !same(want, got, !strings.HasPrefix(c.Stage, "order")) {
		return fmt.Errorf("want %s, got %s", text(want), text(got))
	}
	return nil
}

func operate(c Case) (tag.Value, error) {
	q, err := parse.Query(c.SQL, ast.EKuiper)
	if err != nil {
		return tag.Value{}, err
	}
	o, err := cut(q, c)
	if err != nil {
		return tag.Value{}, err
	}
	rows, err := o.run(c)
	if err != nil {
		return tag.Value{}, err
	}
	return o.shape(c, rows), nil
}

// operation is a query that was cut down to one operator.
type operation struct {
	query   *ast.Query
	labels  []string          // of the sources
	names   []string          // of their streams
	emitter map[string]string // recorded emitter -> label
	joined  bool              // the inputs are joined already
}

// hidden is the column that tells which row of a recorded join a row is of.
const hidden = "__row"

// run runs the query.
func (o *operation) run(c Case) ([]tag.Value, error) {
	p, err := plan.Build(o.query, ending{}, nil)
	if err != nil {
		return nil, err
	}
	var failed error
	e := exec.New(p, exec.Options{
		Rule: "rule0", Start: started(c), Failed: func(f exec.Failure) { failed = errors.Join(failed, f.Err) },
		Metadata: metadata(c.Inputs),
	})
	var rows []tag.Value
	emit := func(b *tag.Batch) { rows = append(rows, rowsOf(b)...) }
	if err := o.push(c, e, p, emit); err != nil {
		return nil, err
	}
	e.End(windowEnd, emit)
	return rows, failed
}

// started returns when the rule of a case was started: of a window, when that
// began.
func started(c Case) int64 {
	if c.Kind == "window" {
		return windowStart
	}
	return 12345 * millisecond
}

// push pushes the inputs. A row's time is its place, by which Metadata finds
// it.
func (o *operation) push(c Case, e *exec.Exec, p *plan.Query, emit exec.Emit) error {
	place := newPlacer(o)
	for i, in := range c.Inputs {
		label, row := place.next(in.Stream)
		name := o.names[slices.Index(o.labels, label)]
		use := slices.IndexFunc(p.Uses(), func(u plan.Use) bool { return u.Name == name })
		b, err := o.batch(in.Data, name, row, i)
		if err != nil {
			return err
		}
		if use >= 0 {
			e.Push(windowEnd, use, b, emit)
		}
	}
	return nil
}

// batch makes the row of an input, with the number of its joined row.
func (o *operation) batch(data []byte, name string, row, place int) (*tag.Batch, error) {
	v, err := decode(data)
	if err != nil {
		return nil, errUpstream
	}
	fields := v.Object()
	if fields == nil {
		fields = object(nil, nil).Object()
	}
	schema, values := schemaOf(name, fields)
	if o.joined {
		if schema, err = schema.Extend(tag.Field{Name: hidden}); err != nil {
			return nil, err
		}
		values = append(values, tag.IntOf(int64(row)))
	}
	b := tag.NewBuilder(schema, 1)
	copy(b.Row(int64(place)), values)
	return b.Batch(), nil
}

// metadata looks a row's metadata up in the recording.
func metadata(inputs []Input) func(*tag.Batch, int, string, string) tag.Value {
	return func(b *tag.Batch, i int, _, key string) tag.Value {
		meta, err := decode(inputs[b.Time(i)].Meta)
		if err != nil || meta.Kind() != tag.ObjectKind {
			return tag.Value{}
		}
		if key == "*" {
			return meta
		}
		v, _ := meta.Object().Lookup(key)
		return v
	}
}

// ending is a catalog in which every name is a stream that ends.
type ending struct{ anything }

func (ending) Bounded() bool { return true }
