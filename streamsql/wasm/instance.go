package wasm

import (
	"context"
	"errors"
	"fmt"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"github.com/holdfast-edge/holdfast/streamsql/wasm/fuel"
)

// instance is a module with a memory of its own. One call runs in it at a time.
type instance struct {
	module api.Module
	calls  map[string]api.Function
	stack  []uint64
	left   api.MutableGlobal // of the fuel
	given  int64             // fuel at the beginning of the call
	system *system           // nil: it imports nothing

	args []byte // arguments as they are encoded
	room uint32 // octets at address
	at   uint32
}

// take waits for an instance to be idle, and makes one where none was made yet.
func (m *Module) take(ctx context.Context) (*instance, error) {
	if m.closed.Load() {
		return nil, ErrClosed
	}
	var i *instance
	select {
	case i = <-m.instances:
	case <-m.closing:
		return nil, ErrClosed
	}
	if i != nil {
		return i, nil
	}
	i, err := m.instantiate(ctx)
	if err != nil {
		m.instances <- nil
		return nil, fmt.Errorf("instantiate: %w", err)
	}
	return i, nil
}

// instantiate makes an instance. What it has to start with stands in the module.
func (m *Module) instantiate(ctx context.Context) (_ *instance, err error) {
	i := &instance{calls: make(map[string]api.Function), stack: make([]uint64, 16)}
	if m.system {
		i.system = &system{fuel: m.fuel}
	}
	i.module, err = m.runtime.InstantiateModule(i.system.within(ctx), m.compiled, wazero.NewModuleConfig().WithName("").WithStartFunctions("_initialize"))
	if err != nil {
		return nil, i.system.said(err)
	}
	left, ok := i.module.ExportedGlobal(m.fuel).(api.MutableGlobal)
	if !ok {
		return nil, errors.Join(errors.New("the meter's global is not there"), i.module.Close(ctx))
	}
	i.left = left
	return i, nil
}

// fill gives the instance fuel for what follows.
func (i *instance) fill(amount int64) {
	i.given = amount
	i.system.begin()
	i.left.Set(uint64(amount))
}

// used returns how much of it has been used since.
func (i *instance) used() int64 { return fuel.Left(i.left.Get()).Used(i.given) }

// outcome returns what a call that gave err came to. One that used up its fuel on
// the last stretch comes back as if nothing were, and has failed nevertheless.
func (i *instance) outcome(err error) error {
	switch left := fuel.Left(i.left.Get()); {
	case i.system.exited():
		return i.system.said(errors.New("it ended itself"))
	case left.Exhausted():
		return fmt.Errorf("%w of %d instructions", ErrFuel, i.given)
	case left.TooDeep():
		return fmt.Errorf("%w: recursion without end, or of large functions", ErrDepth)
	default:
		return i.system.said(err)
	}
}

// giveBack makes an instance idle.
func (m *Module) giveBack(i *instance) { m.instances <- i }

// discard gives up an instance that broke off, since nothing is known of its
// memory; the next call makes another.
func (m *Module) discard(ctx context.Context, i *instance) error {
	m.instances <- nil
	return i.module.Close(ctx)
}

// call calls an export with what lies on the stack, and leaves its result there.
func (i *instance) call(ctx context.Context, name string) error {
	f := i.calls[name]
	if f == nil {
		if f = i.module.ExportedFunction(name); f == nil {
			return fmt.Errorf("the module does not export %s", name)
		}
		i.calls[name] = f
	}
	return f.CallWithStack(i.system.within(ctx), i.stack)
}

// manifest returns what the module says about its functions.
func (i *instance) manifest(ctx context.Context) ([]byte, error) {
	f := i.module.ExportedFunction(exportFunctions)
	if f == nil || len(f.Definition().ParamTypes()) != 0 || !sameTypes(f.Definition().ResultTypes(), api.ValueTypeI64) {
		return nil, fmt.Errorf("it does not export %s of type () -> i64", exportFunctions)
	}
	if err := i.call(ctx, exportFunctions); err != nil {
		return nil, fmt.Errorf("call %s: %w", exportFunctions, err)
	}
	return i.read(i.stack[0])
}

// read returns a view of a place in the instance's memory, valid until the next
// call.
func (i *instance) read(packed uint64) ([]byte, error) {
	address, length := place(packed)
	memory := i.module.Memory()
	if memory == nil {
		return nil, fmt.Errorf("the module does not export its %s", exportMemory)
	}
	data, ok := memory.Read(address, length)
	if !ok {
		return nil, fmt.Errorf("%w: %d octets at %d are outside of the memory", ErrMalformed, length, address)
	}
	return data, nil
}

// write puts the encoded arguments into the instance's memory.
func (i *instance) write(ctx context.Context) error {
	n := uint32(len(i.args))
	if n > i.room {
		room := max(n, 2*i.room, 256)
		i.stack[0] = uint64(room)
		if err := i.call(ctx, exportAlloc); err != nil {
			return err
		}
		i.at, i.room = uint32(i.stack[0]), room
		if i.at == 0 {
			i.room = 0
			return fmt.Errorf("the module has no room for %d octets of arguments", n)
		}
	}
	memory := i.module.Memory()
	if memory == nil || !memory.Write(i.at, i.args) {
		return errors.New("the room that the module gave for arguments is outside of its memory")
	}
	return nil
}

func sameTypes(types []api.ValueType, want ...api.ValueType) bool {
	if len(types) != len(want) {
		return false
	}
	for i, t := range types {
		if t != want[i] {
			return false
		}
	}
	return true
}
