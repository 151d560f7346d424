package wasm

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/sys"

	"github.com/holdfast-edge/holdfast/streamsql/fn"
	"github.com/holdfast-edge/holdfast/tag"
)

// export is how a function is called: with numbers as they are, where its type
// has only numbers, or with encoded values.
type export struct {
	name    string
	plain   bool
	params  []api.ValueType // of a plain one
	returns api.ValueType
}

// exportOf returns how the function is exported.
//
//	plain    (f64|i64 …) -> f64|i64     as many as there are parameters
//	encoded  (i32 address, i32 length) -> i64 place of the result
func (m *Module) exportOf(f *fn.Func) (export, error) {
	d := m.compiled.ExportedFunctions()[f.Name]
	if d == nil {
		return export{}, fmt.Errorf("function %s is in the manifest and not exported", f.Name)
	}
	if sameTypes(d.ParamTypes(), api.ValueTypeI32, api.ValueTypeI32) && sameTypes(d.ResultTypes(), api.ValueTypeI64) {
		alloc := m.compiled.ExportedFunctions()[exportAlloc]
		if alloc == nil || !sameTypes(alloc.ParamTypes(), api.ValueTypeI32) || !sameTypes(alloc.ResultTypes(), api.ValueTypeI32) {
			return export{}, fmt.Errorf("function %s needs %s of type (i32) -> i32, which is not exported", f.Name, exportAlloc)
		}
		return export{name: f.Name}, nil
	}
	e := export{name: f.Name, plain: true, params: d.ParamTypes()}
	if len(d.ResultTypes()) == 1 {
		e.returns = d.ResultTypes()[0]
	}
	_, optional := f.Arity()
	if !isNumber(e.returns) || len(e.params) != len(f.Params) || optional != len(f.Params) || f.Nulls == fn.NullIsValue {
		return export{}, fmt.Errorf("function %s has neither the type (i32, i32) -> i64 nor numbers for each of its %d parameters", f.Name, len(f.Params))
	}
	for i, t := range e.params {
		if !isNumber(t) || f.Params[i].Optional {
			return export{}, fmt.Errorf("function %s: parameter %s is no number that is always given", f.Name, f.Params[i].Name)
		}
	}
	return e, nil
}

func isNumber(t api.ValueType) bool { return t == api.ValueTypeF64 || t == api.ValueTypeI64 }

// Call calls a function of the module. Errors are those of the function, of the
// sandbox, or ErrDeadline, ErrStruck and ErrClosed.
func (m *Module) Call(name string, args []tag.Value) (tag.Value, error) {
	e, ok := m.exports[name]
	switch {
	case !ok:
		return tag.Value{}, fmt.Errorf("the module has no function %s", name)
	case m.strikes.Load() >= int64(m.limits.Strikes):
		return tag.Value{}, ErrStruck
	}
	ctx, cancel := context.WithTimeout(context.Background(), m.limits.Deadline)
	defer cancel()
	i, err := m.take(ctx)
	if err != nil {
		return tag.Value{}, err
	}
	v, failed, err := i.apply(ctx, e, args)
	if failed {
		return tag.Value{}, m.failed(ctx, i, err)
	}
	m.strikes.Store(0)
	m.giveBack(i)
	return v, err
}

// failed gives up the instance of a call that broke off.
func (m *Module) failed(ctx context.Context, i *instance, err error) error {
	err = m.outcome(err)
	if closing := m.discard(context.WithoutCancel(ctx), i); closing != nil {
		err = errors.Join(err, closing)
	}
	return err
}

// outcome counts what was ended by its deadline, and says so.
func (m *Module) outcome(err error) error {
	var exit *sys.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != sys.ExitCodeDeadlineExceeded {
		return err
	}
	m.strikes.Add(1)
	return fmt.Errorf("%w of %v", ErrDeadline, m.limits.Deadline)
}

// apply calls a function. failed tells that the module broke off, so that
// nothing is known of its memory.
func (i *instance) apply(ctx context.Context, e export, args []tag.Value) (v tag.Value, failed bool, err error) {
	if e.plain {
		return i.applyPlain(ctx, e, args)
	}
	i.args = i.args[:0]
	for _, v := range args {
		i.args = appendValue(i.args, v)
	}
	if err := i.write(ctx); err != nil {
		return tag.Value{}, true, err
	}
	i.stack[0], i.stack[1] = uint64(i.at), uint64(len(i.args))
	if err := i.call(ctx, e.name); err != nil {
		return tag.Value{}, true, err
	}
	data, err := i.read(i.stack[0])
	if err != nil {
		return tag.Value{}, false, err
	}
	v, err = decodeValue(data)
	return v, false, err
}

func (i *instance) applyPlain(ctx context.Context, e export, args []tag.Value) (v tag.Value, failed bool, err error) {
	if need := max(len(args), 1); need > len(i.stack) {
		i.stack = make([]uint64, need)
	}
	for at, v := range args {
		if i.stack[at], err = plainNumber(e.params[at], v); err != nil {
			return tag.Value{}, false, fmt.Errorf("argument %d: %w", at+1, err)
		}
	}
	if err := i.call(ctx, e.name); err != nil {
		return tag.Value{}, true, err
	}
	if e.returns == api.ValueTypeI64 {
		return tag.IntOf(int64(i.stack[0])), false, nil
	}
	return float(api.DecodeF64(i.stack[0])), false, nil
}

// plainNumber returns a number as WebAssembly takes it. A Bool is 0 or 1.
func plainNumber(t api.ValueType, v tag.Value) (uint64, error) {
	f, ok := v.Float()
	switch {
	case !ok:
		return 0, fmt.Errorf("%s: want a number", v.Kind())
	case t == api.ValueTypeF64:
		return api.EncodeF64(f), nil
	}
	if i, whole := v.Int(); whole {
		return uint64(i), nil
	}
	if f != math.Trunc(f) || math.Abs(f) >= 1<<63 {
		return 0, fmt.Errorf("%v: want a whole number of 64 bits", f)
	}
	return uint64(int64(f)), nil
}
