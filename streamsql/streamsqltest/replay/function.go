package replay

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/holdfast-edge/holdfast/streamsql/fn"
	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

// unorderedResults are the functions whose results have no order.
var unorderedResults = map[string]bool{"items": true, "values": true, "keys": true, "obj_to_kvpair_array": true}

// runFunction calls a function once.
func runFunction(c Case) error {
	f, err := lookup(c.Fn)
	if err != nil {
		return err
	}
	args, err := decodeAll(c.Args)
	if err != nil {
		return err
	}
	got, err := call(f, args)
	if c.Error != "" {
		if err == nil {
			return fmt.Errorf("want the error %q, got %s", c.Error, text(got))
		}
		return nil
	}
	return compare(c.Expected, got, err, unorderedResults[f.Name])
}

func lookup(name string) (*fn.Func, error) {
	f, ok := fn.EKuiper().Lookup(name)
	if !ok {
		return nil, errors.New("there is no such function")
	}
	return f, nil
}

func decodeAll(raw []json.RawMessage) ([]tag.Value, error) {
	values := make([]tag.Value, len(raw))
	for i, r := range raw {
		v, err := decode(r)
		if err != nil {
			return nil, err
		}
		values[i] = v
	}
	return values, nil
}

// compare compares a result with the recorded one.
func compare(expected []byte, got tag.Value, err error, unordered bool) error {
	want, recorded := decode(expected)
	switch {
	case recorded != nil && err == nil:
		return fmt.Errorf("want an error (%w), got %s", recorded, text(got))
	case recorded != nil:
		return nil //nolint:nilerr // an error was recorded, and there is one
	case err != nil:
		return fmt.Errorf("want %s, got the error %w", text(want), err)
	case !same(want, got, unordered):
		return fmt.Errorf("want %s, got %s", text(want), text(got))
	default:
		return nil
	}
}

// call calls a function of any kind: an aggregate over columns, the others with
// their arguments.
func call(f *fn.Func, args []tag.Value) (tag.Value, error) {
	least, most := f.Arity()
	if len(args) < least || most >= 0 && len(args) > most {
		return tag.Value{}, fmt.Errorf("%d arguments: want %s", len(args), f.Signature())
	}
	c := &fn.Context{}
	switch f.Kind() {
	case fn.AggregateKind:
		return aggregate(c, f, args)
	case fn.AnalyticKind:
		return f.Analytic().Step(c, args, true)
	case fn.TableKind:
		var rows []tag.Value
		err := f.Table(c, args, func(v tag.Value) bool {
			rows = append(rows, v)
			return true
		})
		return tag.ArrayOf(rows), err
	default:
		return scalar(c, f, args)
	}
}

func scalar(c *fn.Context, f *fn.Func, args []tag.Value) (tag.Value, error) {
	if f.Nulls == fn.NullGivesNull {
		for _, v := range args {
			if v.IsNull() {
				return tag.NullOf(tag.Good), nil
			}
		}
	}
	impl := f.Scalar
	if f.Bind != nil {
		var err error
		if impl, err = bind(f, args); err != nil {
			return tag.Value{}, err
		}
	}
	return impl(c, args)
}

// bind binds constants. Calls are recorded behind the check of a query's
// constants, so those that it would refuse are what rows brought.
func bind(f *fn.Func, args []tag.Value) (fn.Scalar, error) {
	if impl, err := f.Bind(args); err == nil {
		return impl, nil
	}
	return f.Bind(make([]tag.Value, len(args)))
}

// aggregate shows the rows of columns to an aggregate. A column that is no array
// is the same in each row.
func aggregate(c *fn.Context, f *fn.Func, columns []tag.Value) (tag.Value, error) {
	if len(columns) == 0 || columns[0].Kind() != tag.Array {
		return tag.Value{}, errors.New("the first argument is no column")
	}
	state := f.Aggregate()
	for i := range columns[0].Array() {
		row := make([]tag.Value, len(columns))
		for j, column := range columns {
			if row[j] = column; column.Kind() == tag.Array {
				row[j] = value.Element(column, tag.IntOf(int64(i)))
			}
		}
		if f.Nulls != fn.NullIsValue && row[0].IsNull() {
			continue
		}
		if err := state.Add(c, row); err != nil {
			return tag.Value{}, err
		}
	}
	return state.Result(c)
}

// runSteps calls a stateful function several times. Analytic functions get two
// arguments more: whether the row counts, and the partition, of which each has
// a state of its own.
func runSteps(c Case) error {
	f, err := lookup(c.Fn)
	if err != nil {
		return err
	}
	s := steps{f: f, states: make(map[string]fn.Analytic)}
	for i, step := range c.Steps {
		args, err := decodeAll(step.Args)
		if err != nil {
			return err
		}
		got, err := s.take(args)
		if err := compare(step.Result, got, err, false); err != nil {
			return fmt.Errorf("step %d: %w", i+1, err)
		}
	}
	return nil
}

// steps is one call in a query: its states by partition, or what was bound to
// the constants of the first row that could be.
type steps struct {
	f      *fn.Func
	states map[string]fn.Analytic
	bound  fn.Scalar
}

func (s *steps) take(args []tag.Value) (tag.Value, error) {
	last := len(s.f.Params) - 1
	switch {
	case s.f.Kind() == fn.AnalyticKind && last >= 0 && s.f.Params[last].Named:
		return s.takeNamed(args, last)
	case s.f.Kind() == fn.AnalyticKind:
		return s.takeAnalytic(args)
	case s.f.Bind == nil:
		return call(s.f, args)
	case s.bound == nil:
		bound, err := s.f.Bind(args)
		if err != nil {
			return tag.Value{}, err
		}
		s.bound = bound
	}
	return s.bound(&fn.Context{}, args)
}

// takeNamed takes arguments with their names behind them, one for each.
func (s *steps) takeNamed(args []tag.Value, plain int) (tag.Value, error) {
	n := len(args) - 1
	names := args[n].Array()
	if n <= plain || len(names) != n {
		return tag.Value{}, errors.New("too few arguments")
	}
	fields := make([]string, n)
	for i, name := range names {
		fields[i] = name.Str()
	}
	return s.step("", append(args[:plain:plain], object(fields[plain:], args[plain:n])), true)
}

func (s *steps) takeAnalytic(args []tag.Value) (tag.Value, error) {
	n := len(args) - 2
	if n < 1 {
		return tag.Value{}, errors.New("too few arguments")
	}
	if least, most := s.f.Arity(); n < least || most >= 0 && n > most {
		return tag.Value{}, fmt.Errorf("%d arguments: want %s", n, s.f.Signature())
	}
	return s.step(args[n+1].Str(), args[:n], args[n].Bool())
}

func (s *steps) step(partition string, args []tag.Value, when bool) (tag.Value, error) {
	if s.states[partition] == nil {
		s.states[partition] = s.f.Analytic()
	}
	return s.states[partition].Step(&fn.Context{}, args, when)
}
