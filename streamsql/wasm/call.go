package wasm

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/tetratelabs/wazero/api"

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
	usage   usage
}

// exportOf returns how the function is exported.
//
//	plain    (f64|i64 …) -> f64|i64     as many as there are parameters
//	encoded  (i32 address, i32 length) -> i64 place of the result
func (m *Module) exportOf(f *fn.Func) (*export, error) {
	d := m.compiled.ExportedFunctions()[f.Name]
	if d == nil {
		return nil, fmt.Errorf("function %s is in the manifest and not exported", f.Name)
	}
	if sameTypes(d.ParamTypes(), api.ValueTypeI32, api.ValueTypeI32) && sameTypes(d.ResultTypes(), api.ValueTypeI64) {
		alloc := m.compiled.ExportedFunctions()[exportAlloc]
		if alloc == nil || !sameTypes(alloc.ParamTypes(), api.ValueTypeI32) || !sameTypes(alloc.ResultTypes(), api.ValueTypeI32) {
			return nil, fmt.Errorf("function %s needs %s of type (i32) -> i32, which is not exported", f.Name, exportAlloc)
		}
		return &export{name: f.Name}, nil
	}
	e := &export{name: f.Name, plain: true, params: d.ParamTypes()}
	if len(d.ResultTypes()) == 1 {
		e.returns = d.ResultTypes()[0]
	}
	_, optional := f.Arity()
	if !isNumber(e.returns) || len(e.params) != len(f.Params) || optional != len(f.Params) || f.Nulls == fn.NullIsValue {
		return nil, fmt.Errorf("function %s has neither the type (i32, i32) -> i64 nor numbers for each of its %d parameters", f.Name, len(f.Params))
	}
	for i, t := range e.params {
		if !isNumber(t) || f.Params[i].Optional {
			return nil, fmt.Errorf("function %s: parameter %s is no number that is always given", f.Name, f.Params[i].Name)
		}
	}
	return e, nil
}

func isNumber(t api.ValueType) bool { return t == api.ValueTypeF64 || t == api.ValueTypeI64 }

// Call calls a function of the module. Errors are those of the function, of the
// sandbox, or ErrFuel, ErrDepth and ErrClosed. It takes no context: fuel is what
// bounds it, and every instruction takes a bounded time.
func (m *Module) Call(name string, args []tag.Value) (tag.Value, error) {
	e, ok := m.exports[name]
	if !ok {
		return tag.Value{}, fmt.Errorf("the module has no function %s", name)
	}
	ctx := context.Background()
	i, err := m.take(ctx)
	if err != nil {
		e.usage.add(0, err)
		return tag.Value{}, err
	}
	i.fill(m.limits.Fuel)
	v, failed, err := i.apply(ctx, e, args)
	if outcome := i.outcome(nil); failed || outcome != nil {
		v, failed, err = tag.Value{}, true, i.outcome(err)
	}
	e.usage.add(i.used(), err)
	if failed {
		return v, errors.Join(err, m.discard(ctx, i))
	}
	m.giveBack(i)
	return v, err
}

// apply calls a function. failed tells that the module broke off, so that
// nothing is known of its memory.
func (i *instance) apply(ctx context.Context, e *export, args []tag.Value) (v tag.Value, failed bool, err error) {
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

func (i *instance) applyPlain(ctx context.Context, e *export, args []tag.Value) (v tag.Value, failed bool, err error) {
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
